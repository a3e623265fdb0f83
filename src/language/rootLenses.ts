/** Lenses of the documents of one root: text and fingerprints on this side, the store on the other. */
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/event';
import { untilTextChanges } from '../base/timeText';
import { PolicyFileReader } from '../client/policyFiles';
import type { PipelineRun } from '../domain/pipeline';
import { CodeFingerprinter } from '../pipeline/fingerprint/codeFingerprint';
import { importRoots } from '../pipeline/fingerprint/importRoots';
import type { LensSettings } from '../protocol/lsp';
import type { ModuleFacts } from '../syntax/facts';
import type { PythonParser } from '../syntax/parser';
import { type DocumentStates, type LensRow, lensesOf } from './features/codeLens';
import { type ScriptFact, scriptFact, scriptLenses } from './features/scriptLens';
import { factsForLenses } from './lensFacts';
import { type OpenDocument, type OpenDocuments, slashed } from './openDocuments';
import { relativeTo } from './roots';
import { WorkspaceSources } from './sources';
import { documentStates } from './stepStates';
import { type StoreSession, within } from './storeSession';

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
  readonly sources: WorkspaceSources;
  private readonly fingerprinters = new Map<string, CodeFingerprinter>();
  private readonly policyFiles: PolicyFileReader;
  private readonly subscriptions: readonly Disposable[];
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
    this.policyFiles = new PolicyFileReader(root);
    this.subscriptions = [
      session.onChange(() => this.refresh.fire()),
      this.policyFiles.onDidChange(() => this.refresh.fire()),
    ];
  }

  /** The lenses of a document, with what the store is known to hold within a moment. */
  async lenses(document: OpenDocument, options: LensOptions): Promise<LensRow[]> {
    const { lenses: settings, canDebug, isTrusted } = options;
    const wantsStore = settings.enabled && (settings.state || settings.outputs);
    const script = scriptFact(document.facts);
    const known = wantsStore
      ? await this.waitedFor(() => this.knownOf(document, script))
      : undefined;
    const now = Date.now();
    if (known?.states) this.scheduleRefresh(known.states, now);
    const common = { uri: document.uri, root: this.root, settings, isTrusted };
    const rows = lensesOf({
      ...common,
      facts: factsForLenses(document),
      states: known?.states,
      hasErrors: document.facts.hasErrors,
      canDebug,
      now,
    });
    if (!script) return rows;
    const name = document.path.slice(document.path.lastIndexOf('/') + 1);
    return [...rows, ...scriptLenses({ ...common, fact: script, runs: known?.runs, name })];
  }

  /** States of a document's steps as far as they are known now. */
  statesNow(document: OpenDocument): DocumentStates | undefined {
    const file = relativeTo(slashed(this.root), document.path);
    return this.statesOf(file, (document.parsed ?? document).facts);
  }

  statesOf(
    file: string,
    facts: Pick<ModuleFacts, 'steps' | 'pipelines'>,
  ): DocumentStates | undefined {
    const runs = this.session.runsOf(file);
    if (!runs) return undefined;
    return documentStates({
      file,
      facts,
      runs,
      fingerprinterOf: (run) => this.fingerprinterOf(run),
      hit: (key) => this.session.hit(key),
      policyFiles: (pattern) => this.policyFiles.known(pattern),
      progressOf: (stepRunId) => this.session.progressOf(stepRunId),
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.session.dispose();
    this.refresh.dispose();
  }

  private knownOf(
    document: OpenDocument,
    script: ScriptFact | undefined,
  ): { readonly states: DocumentStates | undefined; readonly runs: number | undefined } {
    return { states: this.statesNow(document), runs: script && this.runsOf(script) };
  }

  /** Runs of a script's experiments; undefined while they are not known. */
  private runsOf({ experiments }: ScriptFact): number | undefined {
    if (!experiments) return undefined;
    const known = this.session.known('GET /api/experiments', { limit: 1000 });
    const names = experiments.length > 0 ? experiments : ['Default'];
    const counts = names.map((name) => known?.items.find((row) => row.name === name)?.runs ?? 0);
    return known && counts.reduce((sum, count) => sum + count, 0);
  }

  /** What is known when the store has answered, or after a moment; what comes later refreshes. */
  private async waitedFor<T>(read: () => T): Promise<T> {
    const deadline = performance.now() + STORE_WAIT_MS;
    for (;;) {
      const known = read();
      if (!this.session.isLoading) return known;
      const wait = deadline - performance.now();
      if (wait <= 0 || !(await within(this.session.settled(), wait))) {
        void this.session.settled().then(() => this.refresh.fire());
        return known;
      }
    }
  }

  /** One per set of import folders, so that digests are shared between pipelines. */
  private fingerprinterOf(run: PipelineRun): CodeFingerprinter {
    const roots = importRoots(this.root, run.graph.source.file, run);
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
