/** Finds the step or pipeline behind a name, through imports and re-exports of the workspace's files. */

import { importRoots } from '../pipeline/fingerprint/importRoots';
import { filesOf, type ModulePlace, moduleOf, submodule } from '../pipeline/fingerprint/imports';
import type { SourceReader } from '../pipeline/ports';
import { moduleFacts, type PipelineFact, type StepFact } from '../syntax/facts';
import type { NamePaths } from '../syntax/namePaths';
import type { Statement } from '../syntax/nodes';
import type { PythonParser } from '../syntax/parser';
import { type Binding, type ImportTarget, scopeNames } from '../syntax/scopes';

/** A step or pipeline and where it is written. */
export interface FoundDefinition {
  readonly kind: 'step' | 'pipeline';
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly fact: StepFact | PipelineFact;
  /** What the names of its file stand for. */
  readonly paths: NamePaths;
}

/** A file as far as names go; keeps no tree of the parser. */
export interface FileNamesTable {
  readonly file: string;
  readonly version: string;
  readonly statements: readonly Statement[];
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
  readonly stars: readonly ImportTarget[];
  readonly steps: readonly StepFact[];
  readonly pipelines: readonly PipelineFact[];
  readonly paths: NamePaths;
}

/** Files that were asked for last are kept; more are read again. */
const MAX_FILES = 300;
/** A chain of re-exports longer than this goes in a circle. */
const MAX_DEPTH = 12;

export class WorkspaceNames {
  private readonly kept = new Map<string, FileNamesTable>();

  constructor(
    private readonly root: string,
    private readonly parser: PythonParser,
    private readonly reader: SourceReader,
  ) {}

  /** The names of a file as it is now; undefined when there is none. */
  file(file: string): FileNamesTable | undefined {
    const source = this.reader.read(file);
    const known = this.kept.get(file);
    this.kept.delete(file);
    if (!source) return undefined;
    const table =
      known?.version === source.version ? known : this.parse(file, source.version, source.text);
    this.kept.set(file, table);
    const [oldest] = this.kept.size > MAX_FILES ? this.kept.keys() : [];
    if (oldest !== undefined) this.kept.delete(oldest);
    return table;
  }

  /** What `name.attributes` in the module scope of a file stands for. */
  find(file: string, name: string, attributes: readonly string[]): FoundDefinition | undefined {
    return new Search(this, importRoots(this.root, file, { sysPath: [] }).folders).name(
      file,
      name,
      attributes,
    );
  }

  /** What an import in a file brings, with attributes behind it. */
  imported(
    file: string,
    target: ImportTarget,
    attributes: readonly string[],
  ): FoundDefinition | undefined {
    const search = new Search(this, importRoots(this.root, file, { sysPath: [] }).folders);
    return search.target(file, target, attributes);
  }

  private parse(file: string, version: string, text: string): FileNamesTable {
    const tree = this.parser.parse(text);
    try {
      const { statements } = tree;
      const { bindings, stars } = scopeNames(statements.map(({ root }) => root));
      const byName = new Map<string, Binding[]>();
      for (const binding of bindings) {
        byName.set(binding.name, [...(byName.get(binding.name) ?? []), binding]);
      }
      const { steps, pipelines, names } = moduleFacts(tree);
      const { paths } = names;
      return { file, version, statements, bindings: byName, stars, steps, pipelines, paths };
    } finally {
      tree.dispose();
    }
  }
}

class Search {
  private depth = 0;

  constructor(
    private readonly names: WorkspaceNames,
    private readonly roots: readonly string[],
  ) {}

  name(file: string, name: string, attributes: readonly string[]): FoundDefinition | undefined {
    const table = this.names.file(file);
    if (!table || this.depth > MAX_DEPTH) return undefined;
    this.depth += 1;
    try {
      return this.inTable(table, name, attributes);
    } finally {
      this.depth -= 1;
    }
  }

  target(
    file: string,
    target: ImportTarget,
    attributes: readonly string[],
  ): FoundDefinition | undefined {
    const place = moduleOf(target, file, this.roots);
    return this.inModule(
      place,
      target.name === undefined ? attributes : [target.name, ...attributes],
    );
  }

  private inTable(
    table: FileNamesTable,
    name: string,
    attributes: readonly string[],
  ): FoundDefinition | undefined {
    const bindings = table.bindings.get(name) ?? [];
    if (bindings.some(({ kind }) => kind === 'function')) return own(table, name);
    for (const { target } of bindings) {
      const found = target && this.target(table.file, target, attributes);
      if (found) return found;
    }
    if (bindings.length > 0) return undefined;
    for (const star of table.stars) {
      const found = this.target(table.file, star, [name, ...attributes]);
      if (found) return found;
    }
    return undefined;
  }

  private inModule(place: ModulePlace, path: readonly string[]): FoundDefinition | undefined {
    const [name, ...rest] = path;
    if (name === undefined) return undefined;
    const file = place.bases.flatMap(filesOf).find((one) => this.names.file(one));
    const found = file === undefined ? undefined : this.name(file, name, rest);
    return found ?? (rest.length > 0 ? this.inModule(submodule(place, name), rest) : undefined);
  }
}

function own({ file, paths, ...table }: FileNamesTable, name: string): FoundDefinition | undefined {
  const isIt = ({ qualname }: StepFact) => qualname === name;
  const step = table.steps.find(isIt);
  if (step) return { kind: 'step', file, fact: step, paths };
  const pipeline = table.pipelines.find(isIt);
  return pipeline && { kind: 'pipeline', file, fact: pipeline, paths };
}
