// A panel whose other side answers from values, and remembers what was asked and done.
import type { Methods } from '../../src/protocol/channel';
import type { ReplyOf, RequestOf } from '../../src/protocol/control';
import type {
  PageChange,
  PageCommand,
  PageRoute,
  PageTarget,
  PanelHost,
  PanelStart,
  PanelSubject,
} from '../../src/protocol/webview/panel';
import type { KeptView } from '../../webview/shared/kept';
import { Panel } from '../../webview/shared/panel';

export type RouteAnswers = {
  readonly [R in PageRoute]?: (request: RequestOf<R>) => ReplyOf<R> | Promise<ReplyOf<R>>;
};

export interface Done {
  readonly asks: { readonly route: PageRoute; readonly request: unknown }[];
  readonly changes: { readonly route: PageChange; readonly request: unknown }[];
  readonly commands: { readonly command: PageCommand; readonly target: PageTarget }[];
  readonly copies: string[];
  readonly saves: { readonly name: string; readonly base64: string }[];
  /** What the editor keeps. */
  kept: unknown;
}

export interface AnsweringOptions<V> {
  readonly subject: PanelSubject;
  readonly answers: RouteAnswers;
  readonly view?: Partial<V>;
  readonly start?: Partial<PanelStart>;
  /** What a change answers; it throws what the server would refuse. */
  readonly change?: (route: PageChange, request: unknown) => void;
}

export interface Answering<V, Remote extends PanelHost & Methods<Remote> = PanelHost> {
  readonly panel: Panel<V, Remote>;
  readonly done: Done;
}

export function answeringPanel<V extends object>(
  keptView: KeptView<V>,
  options: AnsweringOptions<V>,
): Answering<V> {
  return answeringPanelWith(keptView, options, (host) => host);
}

/** @param remoteOf adds what the surface asks beside what every page may. */
export function answeringPanelWith<V extends object, Remote extends PanelHost & Methods<Remote>>(
  keptView: KeptView<V>,
  options: AnsweringOptions<V>,
  remoteOf: (host: PanelHost) => Remote,
): Answering<V, Remote> {
  const done: Done = {
    asks: [],
    changes: [],
    commands: [],
    copies: [],
    saves: [],
    kept: undefined,
  };
  const kept = { version: keptView.version, view: { ...keptView.initial, ...options.view } };
  const channel = {
    remote: remoteOf(hostOf(options, done)),
    kept,
    keep: (state: unknown) => {
      done.kept = structuredClone(state);
    },
    dispose: () => undefined,
  };
  const panel = new Panel<V, Remote>(channel, keptView);
  void panel.begin();
  return { panel, done };
}

function hostOf<V>(
  { subject, answers, start, change }: AnsweringOptions<V>,
  done: Done,
): PanelHost {
  return {
    ready: async () => ({
      place: { id: 'p', name: 'digits', source: undefined, canWrite: true, canRun: true },
      subject,
      status: { kind: 'up', storeBytes: 12 },
      shown: [],
      locale: 'en-GB',
      texts: {},
      ...start,
    }),
    async ask(route, request) {
      done.asks.push({ route, request });
      const answer = answers[route];
      if (!answer) throw new Error(`Nothing was said of ${route}.`);
      return { ok: true, value: await answer(structuredClone(request)) };
    },
    async change(route, request) {
      done.changes.push({ route, request });
      change?.(route, request);
      return { ok: true, value: {} as never };
    },
    run: async (command, target) => void done.commands.push({ command, target }),
    show: async () => undefined,
    copy: async (text) => void done.copies.push(text),
    save: async (file) => {
      done.saves.push(file);
      return true;
    },
    report: async () => undefined,
  };
}

/** An answer that never comes. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
