/** Hovers, findings and proposals for the documents of one root. */
import type { CallFact, ModuleFacts, TextPosition, TextRange } from '../syntax/facts';
import type { LastRun } from './features/codeLens';
import { completions, type NameSource, type Proposal } from './features/completion';
import type { Finding } from './features/finding';
import {
  artifactHover,
  modelHover,
  pipelineHover,
  stepHover,
  uriHover,
} from './features/hoverText';
import { type CalledStep, pipelineFindings } from './features/pipelineFindings';
import { bySeverity, type InvocationState } from './features/stepState';
import { failureFindings, type KnownNames, nameFindings } from './features/storeFindings';
import { type OpenDocument, slashed } from './openDocuments';
import { useAt } from './references';
import type { RootLenses } from './rootLenses';
import { relativeTo } from './roots';
import type { StoreSession } from './storeSession';
import { contains } from './views';
import type { FoundDefinition, WorkspaceNames } from './workspaceNames';

/** A hover or a list may wait that long for the store. */
const PATIENCE_MS = 400;

export interface HoverRow {
  readonly text: string;
  readonly range: TextRange;
}

export class RootInsight {
  private readonly session: StoreSession;

  constructor(
    /** Real path, with `/`. */
    private readonly root: string,
    private readonly lenses: RootLenses,
    private readonly names: WorkspaceNames,
  ) {
    this.session = lenses.session;
  }

  fileOf = (document: OpenDocument): string => relativeTo(this.root, document.path);

  /** What the text of a document and the store say against it, as far as it is known now. */
  findings(document: OpenDocument): Finding[] {
    const { facts, text } = document;
    const file = this.fileOf(document);
    if (facts.names.uses.size === 0) return [];
    const states = facts.steps.length > 0 ? this.lenses.statesNow(document) : undefined;
    const lines = text.split('\n');
    const relative = (path: string) => this.relative(path);
    return [
      ...pipelineFindings(facts, text, (call) => this.calledStep(file, facts, call)),
      ...nameFindings(facts, this.knownNames()),
      ...failureFindings(facts.steps, states, { file, lines, relative }),
    ];
  }

  async hover(document: OpenDocument, at: TextPosition): Promise<HoverRow | undefined> {
    const { facts } = document;
    const use = facts.store.strings.find(({ range }) => contains(range, at));
    if (use) {
      const text = await this.stringHover(use, facts);
      return text ? { text, range: use.range } : undefined;
    }
    const found = this.definitionAt(document, at);
    if (!found) return undefined;
    const { fact } = found.definition;
    const text =
      found.definition.kind === 'step'
        ? await this.stepText(found.definition)
        : await this.pipelineText(found.definition);
    return text ? { text, range: found.range ?? fact.nameRange } : undefined;
  }

  async completions(document: OpenDocument, offset: number): Promise<Proposal[]> {
    const facts = (document.parsed ?? document).facts;
    return await completions({ text: document.text, offset, facts, names: this.nameSource() });
  }

  /** The step or pipeline that is declared or used at a place. */
  definitionAt(
    document: OpenDocument,
    at: TextPosition,
  ): { readonly definition: FoundDefinition; readonly range: TextRange | undefined } | undefined {
    const file = this.fileOf(document);
    const { facts, statements } = document;
    const { paths } = facts.names;
    const step = facts.steps.find(({ nameRange }) => contains(nameRange, at));
    if (step) return { definition: { kind: 'step', file, fact: step, paths }, range: undefined };
    const fact = facts.pipelines.find(({ nameRange }) => contains(nameRange, at));
    if (fact) return { definition: { kind: 'pipeline', file, fact, paths }, range: undefined };
    const use = useAt(this.names, file, statements, at);
    return use && { definition: use.found, range: use.range };
  }

  private calledStep(file: string, facts: ModuleFacts, { step }: CallFact): CalledStep | undefined {
    if (step === undefined) return undefined;
    if (typeof step === 'string') {
      const fact = facts.steps.find(({ name }) => name === step);
      return fact && { fact, paths: facts.names.paths };
    }
    const level = /^\.*/.exec(step.module)?.[0].length ?? 0;
    const target = { level, module: step.module.slice(level), name: step.name };
    const found = this.names.imported(file, target, []);
    return found?.kind === 'step' ? found : undefined;
  }

  private async stringHover(
    { role, value }: ModuleFacts['store']['strings'][number],
    { store }: ModuleFacts,
  ): Promise<string | undefined> {
    const now = Date.now();
    switch (role.kind) {
      case 'artifact': {
        const version = store.strings.find(
          (one) => one.role.kind === 'artifactVersion' && one.role.of === value,
        )?.value;
        return await this.artifactText(value, version);
      }
      case 'artifactVersion':
        return role.of === undefined ? undefined : await this.artifactText(role.of, value);
      case 'model': {
        const found = await this.session.ask('GET /api/names/models', {}, PATIENCE_MS);
        const model = found?.items.find(({ name }) => name === value);
        return model && modelHover(model);
      }
      case 'uri': {
        const found = await this.session.ask('GET /api/resolve', { uri: value }, PATIENCE_MS);
        return found && uriHover(found, value, now);
      }
      default:
        return undefined;
    }
  }

  private async artifactText(
    name: string,
    version: string | undefined,
  ): Promise<string | undefined> {
    const versions = await this.session.ask(
      'GET /api/names/artifact-versions',
      { name },
      PATIENCE_MS,
    );
    const wanted = version === 'latest' || version === '' ? undefined : version;
    const isThere = versions?.items.some((one) => wanted === undefined || one.version === wanted);
    if (!isThere) return undefined;
    const request = { name, ...(wanted !== undefined && { version: wanted }) };
    const artifact = await this.session.ask('GET /api/artifact-versions', request, PATIENCE_MS);
    return artifact && artifactHover(artifact, Date.now());
  }

  private async stepText({ file, fact }: FoundDefinition): Promise<string> {
    const invocations = await this.statesIn(file, ({ steps }) => steps.get(fact.qualname));
    const last = bySeverity(invocations ?? [])[0]?.last;
    const ids = Object.values(last?.outputs ?? {}).slice(0, 3);
    const outputs = await Promise.all(
      ids.map((id) => this.session.ask('GET /api/artifacts/:id', { id }, PATIENCE_MS)),
    );
    const runId = last?.trackingRunId;
    const run = runId && (await this.session.ask('GET /api/runs/:runId', { runId }, PATIENCE_MS));
    return stepHover({
      fact,
      invocations,
      outputs: outputs.flatMap((artifact) => artifact ?? []),
      metrics: run ? run.metrics.map((row) => ({ key: row.key, value: row.last.value })) : [],
      now: Date.now(),
    });
  }

  private async pipelineText({ file, fact }: FoundDefinition): Promise<string | undefined> {
    const last = await this.statesIn(file, ({ pipelines }): { run: LastRun | undefined } => ({
      run: pipelines.get(fact.name),
    }));
    return 'calls' in fact ? pipelineHover(fact, last, Date.now()) : undefined;
  }

  private async statesIn<T>(
    file: string,
    read: (states: {
      readonly steps: ReadonlyMap<string, readonly InvocationState[]>;
      readonly pipelines: ReadonlyMap<string, LastRun | undefined>;
    }) => T,
  ): Promise<T | undefined> {
    await this.session.ask('GET /api/invocations', { file }, PATIENCE_MS);
    const table = this.names.file(file);
    const states = () => table && this.lenses.statesOf(file, table);
    states();
    await this.session.waited(PATIENCE_MS);
    const known = states();
    return known && read(known);
  }

  private knownNames(): KnownNames {
    const { session } = this;
    return {
      artifacts: () => session.known('GET /api/names/artifacts', {})?.items,
      versions: (name) => session.known('GET /api/names/artifact-versions', { name })?.items,
      models: () => session.known('GET /api/names/models', {})?.items,
      resolve: (uri) => session.known('GET /api/resolve', { uri }),
    };
  }

  private nameSource(): NameSource {
    const { session } = this;
    const ms = PATIENCE_MS;
    return {
      artifacts: async () => (await session.ask('GET /api/names/artifacts', {}, ms))?.items ?? [],
      versions: async (name) =>
        (await session.ask('GET /api/names/artifact-versions', { name }, ms))?.items ?? [],
      models: async () => (await session.ask('GET /api/names/models', {}, ms))?.items ?? [],
      metrics: async () => (await session.ask('GET /api/names/metrics', {}, ms))?.items ?? [],
      experiments: async () =>
        ((await session.ask('GET /api/experiments', { limit: 1000 }, ms))?.items ?? []).map(
          ({ name }) => name,
        ),
      runs: async () => (await session.ask('POST /api/search', { limit: 20 }, ms))?.items ?? [],
    };
  }

  private relative(path: string): string | undefined {
    const whole = slashed(path);
    return whole.startsWith(`${this.root}/`) ? relativeTo(this.root, whole) : undefined;
  }
}
