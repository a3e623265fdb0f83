/** Goes from a use of a step or pipeline to its definition, and to all its uses in the root. */
import type { TextPosition, TextRange } from '../syntax/facts';
import type { OpenDocument } from './openDocuments';
import { isSame, namesFor, usesIn } from './references';
import type { RootInsight } from './rootInsight';
import type { WorkspaceFiles } from './workspaceFiles';
import type { WorkspaceNames } from './workspaceNames';

export interface FileRange {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly range: TextRange;
}

/** Chains of re-exports under new names are followed that far. */
const MOST_ROUNDS = 3;

export class RootNavigation {
  constructor(
    private readonly insight: RootInsight,
    private readonly names: WorkspaceNames,
    private readonly files: WorkspaceFiles,
  ) {}

  definition(document: OpenDocument, at: TextPosition): FileRange | undefined {
    const step = this.namedStep(document, at);
    if (step) return step;
    const found = this.insight.definitionAt(document, at);
    // On the definition itself there is nowhere to go.
    if (!found?.range) return undefined;
    const { file, fact } = found.definition;
    return { file, range: fact.nameRange };
  }

  /** In the order of the files; the definition is among them when it is asked for. */
  async references(
    document: OpenDocument,
    at: TextPosition,
    o: { readonly withDefinition: boolean; isGone(): boolean },
  ): Promise<FileRange[]> {
    const wanted = this.insight.definitionAt(document, at)?.definition;
    if (!wanted) return [];
    const words = new Set([wanted.fact.functionName]);
    const seen = new Set<string>();
    const found: FileRange[] = [];
    for (let round = 0; round < MOST_ROUNDS && !o.isGone(); round++) {
      const before = words.size;
      const own = this.insight.fileOf(document);
      const files = await this.files.containing(words, o.isGone);
      for (const file of new Set([wanted.file, own, ...files])) {
        const table = seen.has(file) || o.isGone() ? undefined : this.names.file(file);
        if (!table) continue;
        seen.add(file);
        const uses = usesIn(this.names, file, table.statements, (name) => words.has(name));
        const same = uses.filter((use) => isSame(use.found, wanted));
        found.push(...same.map(({ range }) => ({ file, range })));
        for (const name of namesFor(table, this.names, wanted)) words.add(name);
        // Typing goes on meanwhile.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (words.size === before) break;
    }
    const { file, fact } = wanted;
    return o.withDefinition ? [{ file, range: fact.nameRange }, ...found] : found;
  }

  /** `after="train"` and `run.steps["train"]` go to the step of that name in the file. */
  private namedStep(document: OpenDocument, at: TextPosition): FileRange | undefined {
    const { facts } = document;
    const use = facts.store.strings.find(
      ({ role, range }) => role.kind === 'step' && range.start.line === at.line && isAt(range, at),
    );
    if (!use) return undefined;
    const calls = facts.pipelines.flatMap((pipeline) => pipeline.calls);
    const called = calls.find(({ invocationId }) => invocationId === use.value)?.step;
    const name = typeof called === 'string' ? called : use.value;
    const step = facts.steps.find((one) => one.name === name);
    return step && { file: this.insight.fileOf(document), range: step.nameRange };
  }
}

const isAt = ({ start, end }: TextRange, { character }: TextPosition): boolean =>
  character >= start.character && (end.line > start.line || character <= end.character);
