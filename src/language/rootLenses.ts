/** Lenses of the documents of one root: text and fingerprints on this side, the store on the other. */
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/event';
import { untilTextChanges } from '../base/timeText';
import type { PipelineRun } from '../domain/pipeline';
import { CodeFingerprinter } from '../pipeline/fingerprint/codeFingerprint';
import { importRoots } from '../pipeline/fingerprint/importRoots';
import type { LensSettings } from '../protocol/lsp';
import type { PythonParser } from '../syntax/parser';
import { type DocumentStates, type LensRow, lensesOf } from './features/codeLens';
import { factsForLenses } from './lensFacts';
import { type OpenDocument, type OpenDocuments, slashed } from './openDocuments';
import { relativeTo } from './roots';
import { WorkspaceSources } from './sources';
import { documentStates } from './stepStates';
import type { StoreSession } from './storeSession';

/** How long a lens may wait for the store; what comes later is shown by a refresh. */
const STORE_WAIT_MS = 50;

export interface LensOptions {
  readonly lenses: LensSettings;
  readonly canDebug: boolean;
  readonly isTrusted: boolean;
}

export class RootLenses implements Disposable {
  private readonly refresh = new Emitter<void>();
  /** The lenses of some document of this root may read differently now. */
  readonly onRefresh = this.refresh.event;
  private readonly sources: WorkspaceSources;
  private readonly fingerprinters = new Map<string, CodeFingerprinter>();
  private readonly subscription: Disposable;
  private timer: NodeJS.Timeout | undefined;
  private refreshAt = Number.POSITIVE_INFINITY;

  constructor(
    /** Real path as the client named it. */
    private readonly root: string,
    private readonly parser: PythonParser,
    open: OpenDocuments,
    readonly session: StoreSession,
  ) {
    this.sources = new WorkspaceSources(slashed(root), open);
    this.subscription = session.onChange(() => this.refresh.fire());
  }

  /** The lenses of a document, with what the store is known to hold within a moment. */
  async lenses(document: OpenDocument, options: LensOptions): Promise<LensRow[]> {
    const wantsStore = options.lenses.enabled && (options.lenses.state || options.lenses.outputs);
    const states = wantsStore ? await this.states(document) : undefined;
    const now = Date.now();
    if (states) this.scheduleRefresh(states, now);
    const { lenses: settings, canDebug, isTrusted } = options;
    return lensesOf({
      uri: document.uri,
      root: this.root,
      facts: factsForLenses(document),
      states,
      hasErrors: document.facts.hasErrors,
      settings,
      canDebug,
      isTrusted,
      now,
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
    this.session.dispose();
    this.refresh.dispose();
  }

  private async states(document: OpenDocument): Promise<DocumentStates | undefined> {
    const deadline = performance.now() + STORE_WAIT_MS;
    for (;;) {
      const states = this.statesNow(document);
      if (!this.session.isLoading) return states;
      const wait = deadline - performance.now();
      if (wait <= 0 || !(await within(this.session.settled(), wait))) {
        void this.session.settled().then(() => this.refresh.fire());
        return states;
      }
    }
  }

  private statesNow(document: OpenDocument): DocumentStates | undefined {
    const file = relativeTo(slashed(this.root), document.path);
    const runs = this.session.runsOf(file);
    if (!runs) return undefined;
    return documentStates({
      file,
      facts: (document.parsed ?? document).facts,
      runs,
      fingerprinterOf: (run) => this.fingerprinterOf(run),
      hit: (key) => this.session.hit(key),
    });
  }

  /** One per set of import folders, so that digests are shared between pipelines. */
  private fingerprinterOf(run: PipelineRun): CodeFingerprinter {
    const roots = importRoots(this.root, run.graph.source.file, run.sysPath ?? []);
    const key = JSON.stringify(roots.folders);
    const known = this.fingerprinters.get(key);
    if (known) return known;
    const { parser, sources: reader } = this;
    const created = new CodeFingerprinter({ parser, reader, roots });
    this.fingerprinters.set(key, created);
    return created;
  }

  /** Ages and running times go on while nothing else happens. */
  private scheduleRefresh(states: DocumentStates, now: number): void {
    const changes = textChanges(states, now);
    const at = now + Math.min(...changes);
    if (at >= this.refreshAt || at === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.timer);
    this.refreshAt = at;
    this.timer = setTimeout(() => {
      this.refreshAt = Number.POSITIVE_INFINITY;
      this.refresh.fire();
    }, at - now);
    this.timer.unref();
  }
}

/** An age below a minute would otherwise be drawn anew each second. */
const SLOWEST_AGE_MS = 10_000;

/** In how many milliseconds each text reads differently. */
function textChanges({ steps, pipelines }: DocumentStates, now: number): number[] {
  const ofSteps = [...steps.values()].flat().flatMap(({ state }) => {
    if (state.kind === 'running') return untilTextChanges(state.startedAt, now);
    return state.kind === 'cached' ? ageChange(state.endedAt, now) : [];
  });
  const ofPipelines = [...pipelines.values()].flatMap((run) => {
    if (!run) return [];
    if (run.status === 'running') return untilTextChanges(run.startedAt, now);
    return ageChange(run.endedAt ?? run.startedAt, now);
  });
  return [...ofSteps, ...ofPipelines];
}

const ageChange = (time: number, now: number): number =>
  Math.max(SLOWEST_AGE_MS, untilTextChanges(time, now));

/** Whether the work is done within so many milliseconds. */
function within(work: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
