// What only a server for others has: its tokens, its access log, and how its listener is set up.
import type { Disposable } from '../base/disposable';
import type { Tokens } from '../protocol/discovery';
import { type Guard, localGuard } from './access';
import { type AccessLog, openAccessLog } from './accessLog';
import { teamGuard } from './accessTeam';
import type { ServerArgs } from './args';
import type { ServeOptions } from './argsServe';
import type { HttpOptions } from './http';
import { TEAM_LIMITS } from './httpLimits';
import { answerEarly, corsHeaders, listenHosts } from './httpTeam';
import type { ServerLog } from './serverLog';
import { TokensFile } from './tokensFile';

/** How long requests in flight may take when the server ends. */
const PATIENCE_MS = 5000;
/** The same for others, whose uploads come from afar; supervisors wait 90 s as a rule. */
const TEAM_PATIENCE_MS = 60_000;

/** Who may come, and how they are listened to. */
export interface Reception extends Disposable {
  readonly patience: number;
  http(tokens: Tokens, log: ServerLog): Pick<HttpOptions, 'guard'> & Partial<HttpOptions>;
}

/** @throws RunlensError `tokens.*`, `server.accessLog` */
export function openReception({ serve }: Pick<ServerArgs, 'serve'>): Reception {
  if (serve) return new TeamReception(serve);
  return {
    patience: PATIENCE_MS,
    http: (tokens) => ({ guard: localGuard(tokens) }),
    dispose: () => undefined,
  };
}

class TeamReception implements Reception {
  readonly patience = TEAM_PATIENCE_MS;
  private readonly tokens: TokensFile | undefined;
  private readonly accessLog: AccessLog | undefined;
  private log: ServerLog | undefined;

  constructor(private readonly serve: ServeOptions) {
    const { tokensFile, accessLog } = serve;
    const tell = (message: string) => this.tell(message);
    this.tokens = tokensFile === undefined ? undefined : new TokensFile(tokensFile, tell);
    this.accessLog = accessLog === undefined ? undefined : openAccessLog(accessLog, tell);
  }

  http(tokens: Tokens, log: ServerLog): Pick<HttpOptions, 'guard'> & Partial<HttpOptions> {
    this.log = log;
    const { maxRequestBytes, maxConnections, allowedOrigins } = this.serve;
    const { accessLog } = this;
    return {
      guard: this.guard(tokens),
      hosts: listenHosts(this.serve),
      limits: { ...TEAM_LIMITS, bodyBytes: maxRequestBytes, connections: maxConnections },
      answerEarly: (incoming, asked) => answerEarly(incoming, asked, allowedOrigins),
      extraHeaders: ({ headers }) => corsHeaders(headers.origin, allowedOrigins),
      ...(accessLog ? { onAnswered: (entry) => accessLog.write(entry) } : {}),
      onCut: (what) => log.write(`a client that neither sent nor took was cut off: ${what}`),
    };
  }

  dispose(): void {
    this.tokens?.dispose();
    this.accessLog?.dispose();
  }

  private guard(tokens: Tokens): Guard {
    return teamGuard({ ...this.serve, tokens, teamTokens: this.tokens });
  }

  /** To whoever started it in a terminal or supervisor, too. */
  private tell(message: string): void {
    this.log?.write(message);
    process.stderr.write(`runlens: ${message}\n`);
  }
}
