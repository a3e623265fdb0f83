/** Reads what a comparison needs of each run beyond its details: environment, patch, files, steps. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import { parseEnvironment, type RunEnvironment } from '../../src/domain/environment';
import type { PipelineRunDetail, ReplyOf, RequestOf } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { FileRow } from '../../src/protocol/rows';
import type { PageRoute } from '../../src/protocol/webview/panel';
import { usePanel } from '../shared/panel';
import type { ComparedRun } from './compareRows';
import { type BookRun, type ChartsPanel, nameOf } from './runBook';

type Extra = Pick<ComparedRun, 'environment' | 'patch' | 'files' | 'pipeline'>;
const NOTHING: Extra = { environment: undefined, patch: undefined, files: [], pipeline: undefined };

export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** Parts that could not be read, and why. */
  readonly problems: readonly string[];
  readonly isReading: boolean;
  /** Reads all of it once more. */
  again(): void;
}

/** Read once per run, and again when the run has changed, its pipeline has ended, or the server is back. */
export function useComparison(
  panel: ChartsPanel,
  runs: readonly BookRun[],
  source: string | undefined,
): Comparison {
  const [extras, setExtras] = useState<ReadonlyMap<string, Read>>(new Map());
  const { round, again } = useRounds(panel, runs);
  const text = runs
    .map(({ runId, detail }) => `${runId} ${detail?.status ?? ''} ${detail?.endTime ?? ''}`)
    .join('\n');
  useEffect(() => {
    let isGone = false;
    const known = runs.flatMap(({ runId, detail }) => (detail ? [{ runId, detail }] : []));
    for (const { runId, detail } of known) {
      const { pipelineRunId, tags } = detail;
      const digest = tags.find(({ key }) => key === 'runlens.environment')?.value;
      void new Reader(panel, source).read({ runId, pipelineRunId, digest }).then((read) => {
        if (!isGone) setExtras((before) => new Map([...before, [runId, read]]));
      });
    }
    return () => {
      isGone = true;
    };
  }, [panel, source, text, round]);
  return useMemo(
    () => ({
      runs: runs.map((run) => ({
        ...run,
        name: nameOf(run),
        ...(extras.get(run.runId)?.extra ?? NOTHING),
      })),
      // A server that does not answer fails for every part of every run: once is enough to know.
      problems: [...new Set(runs.flatMap(({ runId }) => extras.get(runId)?.problems ?? []))],
      isReading: runs.some(({ runId, detail }) => !detail || !extras.has(runId)),
      again,
    }),
    [runs, extras, again],
  );
}

/** Counts what calls for another reading that the runs themselves do not tell of. */
function useRounds(panel: ChartsPanel, runs: readonly BookRun[]) {
  const [round, setRound] = useState(0);
  const again = useMemo(() => () => setRound((before) => before + 1), []);
  const pipelines = useRef<ReadonlySet<string>>(new Set());
  pipelines.current = new Set(runs.flatMap(({ detail }) => detail?.pipelineRunId ?? []));
  useEffect(() => {
    const subscription = panel.onEvents((events) => {
      if (events.some((event) => isAnew(event, pipelines.current))) again();
    });
    return () => subscription.dispose();
  }, [panel, again]);
  const { kind } = usePanel(panel).status;
  const wasDown = useRef(false);
  useEffect(() => {
    if (kind === 'up' && wasDown.current) again();
    if (kind !== 'starting') wasDown.current = kind === 'down';
  }, [kind, again]);
  return { round, again };
}

/** A run of a step ends before its pipeline does: other steps go on. */
export const isAnew = (event: ServerEvent, pipelines: ReadonlySet<string>): boolean =>
  event.type === 'reset' ||
  (event.type === 'pipeline' && event.run.status !== 'running' && pipelines.has(event.run.id));

interface Read {
  readonly extra: Extra;
  readonly problems: readonly string[];
}

interface Wanted {
  readonly runId: string;
  readonly pipelineRunId: string | undefined;
  readonly digest: string | undefined;
}

/** Folders below folders are read this deep, and so many files: more is no comparison. */
const DEEPEST = 3;
const MOST_FILES = 500;

class Reader {
  private readonly problems: string[] = [];

  constructor(
    private readonly panel: ChartsPanel,
    private readonly source: string | undefined,
  ) {}

  /** Never rejects: what cannot be read is told beside what can. */
  async read({ runId, pipelineRunId, digest }: Wanted): Promise<Read> {
    const [record, files, pipeline] = await Promise.all([
      this.maybe(() => this.environment(runId, digest)),
      this.maybe(() => this.files(runId)),
      this.maybe(() => this.pipeline(pipelineRunId)),
    ]);
    const extra = {
      environment: record?.environment,
      patch: record?.patch,
      files: files ?? [],
      pipeline,
    };
    return { extra, problems: this.problems };
  }

  private async maybe<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.problems.push(messageOf(error));
      return undefined;
    }
  }

  /** Its own record, or that of the run above it. Runs of other servers have none. */
  private async environment(
    runId: string,
    tag: string | undefined,
  ): Promise<{ environment: RunEnvironment; patch: string | undefined } | undefined> {
    if (this.source !== undefined) return undefined;
    const digest = tag ?? (await this.ask('GET /api/runs/:runId/lineage', { runId })).environment;
    if (digest === undefined) return undefined;
    const environment = parseEnvironment(await this.object(digest));
    const patch = environment.git?.patch?.object;
    return { environment, patch: patch === undefined ? undefined : await this.object(patch) };
  }

  private async object(digest: string): Promise<string> {
    const { base64 } = await this.ask('GET /api/objects/:digest', { digest });
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  }

  private async files(runId: string): Promise<readonly FileRow[]> {
    const found: FileRow[] = [];
    const visit = async (path: string | undefined, depth: number): Promise<void> => {
      const { source } = this;
      const { items } = await this.ask('GET /api/runs/:runId/files', {
        runId,
        ...(path !== undefined && { path }),
        ...(source !== undefined && { source }),
      });
      found.push(...items.filter(({ isDirectory }) => !isDirectory));
      for (const folder of items.filter(({ isDirectory }) => isDirectory)) {
        if (depth >= DEEPEST || found.length >= MOST_FILES) found.push(folder);
        else await visit(folder.path, depth + 1);
      }
    };
    await visit(undefined, 1);
    return found.slice(0, MOST_FILES);
  }

  private async pipeline(id: string | undefined): Promise<PipelineRunDetail | undefined> {
    return id === undefined ? undefined : this.ask('GET /api/pipeline-runs/:id', { id });
  }

  private async ask<R extends PageRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    const asked = await this.panel.host.ask(route, request);
    if (!asked.ok) throw new Error(asked.refusal.message);
    return asked.value;
  }
}
