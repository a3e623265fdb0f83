/** Where a step or pipeline is used: in the files of the workspace, each name followed to what it is. */
import type { TextPosition, TextRange } from '../syntax/facts';
import type { Statement } from '../syntax/nodes';
import { rangeBetween, rangeOf } from '../syntax/places';
import { type Reference, referencesOf } from '../syntax/references';
import { contains } from './views';
import type { FileNamesTable, FoundDefinition, WorkspaceNames } from './workspaceNames';

export interface NameUse {
  /** Of the last name: `train` of `steps.train`. */
  readonly range: TextRange;
  readonly found: FoundDefinition;
}

const cache = new WeakMap<object, readonly Reference[]>();

function namesIn({ root }: Statement): readonly Reference[] {
  const known = cache.get(root);
  if (known) return known;
  const { names } = referencesOf(root);
  cache.set(root, names);
  return names;
}

/** Every use of a step or pipeline in a file, imports among them; the definition itself is none. */
export function usesIn(
  names: WorkspaceNames,
  file: string,
  statements: readonly Statement[],
  isWanted: (name: string) => boolean = () => true,
): NameUse[] {
  const found = new Map<string, FoundDefinition | undefined>();
  const once = (key: string, find: () => FoundDefinition | undefined) => {
    if (!found.has(key)) found.set(key, find());
    return found.get(key);
  };
  return statements.flatMap((statement) => [
    ...importUses(names, file, statement, isWanted),
    ...namesIn(statement).flatMap((reference) => {
      const { name, attributes, imports } = reference;
      if (imports) {
        const [target] = imports.length === 1 ? imports : [];
        const hit = target && names.imported(file, target, attributes);
        return hit && isWanted(hit.fact.functionName)
          ? [{ range: rangeOfUse(statement, reference, hit), found: hit }]
          : [];
      }
      const key = [name, ...attributes].join('.');
      const hit = once(key, () => names.find(file, name, attributes));
      return hit && isWanted(hit.fact.functionName)
        ? [{ range: rangeOfUse(statement, reference, hit), found: hit }]
        : [];
    }),
  ]);
}

/** The use at a place; only the statement there is looked at. */
export function useAt(
  names: WorkspaceNames,
  file: string,
  statements: readonly Statement[],
  at: TextPosition,
): NameUse | undefined {
  const before = statements.filter(({ line }) => line - 1 <= at.line);
  const last = before.at(-1)?.line;
  const there = before.filter(({ line }) => line === last);
  return usesIn(names, file, there).find(({ range }) => contains(range, at));
}

/** `train` in `from steps import train as fit`. */
function importUses(
  names: WorkspaceNames,
  file: string,
  statement: Statement,
  isWanted: (name: string) => boolean,
): NameUse[] {
  const { root } = statement;
  const from = root.type === 'import_from_statement' ? root.child('module_name') : undefined;
  if (!from) return [];
  const text = from.text.replace(/\s+/g, '');
  const level = /^\.*/.exec(text)?.[0].length ?? 0;
  return root.all('name').flatMap((item) => {
    const node = item.child('name') ?? item;
    const target = { level, module: text.slice(level), name: node.text };
    const found = names.imported(file, target, []);
    return found && isWanted(found.fact.functionName)
      ? [{ range: rangeOf(statement, node), found }]
      : [];
  });
}

/** The part of `a.b.train.with_options` that is the definition's name. */
function rangeOfUse(
  statement: Statement,
  { name, attributes, offset }: Reference,
  { fact }: FoundDefinition,
): TextRange {
  const path = [name, ...attributes];
  const wanted = path.lastIndexOf(fact.functionName);
  let start = offset;
  let end = offset + name.length;
  for (const attribute of wanted > 0 ? path.slice(1, wanted + 1) : []) {
    const at = statement.root.source.indexOf(attribute, end);
    if (at < 0) break;
    start = at;
    end = at + attribute.length;
  }
  return rangeBetween(statement, start, end);
}

export const isSame = (a: FoundDefinition, b: FoundDefinition): boolean =>
  a.file === b.file && a.fact.qualname === b.fact.qualname;

/** Names under which a file knows the definition, so that files that import those are looked at, too. */
export function namesFor(
  table: FileNamesTable,
  names: WorkspaceNames,
  wanted: FoundDefinition,
): string[] {
  return [...table.bindings].flatMap(([name, bindings]) => {
    const isImport = bindings.some(({ target }) => target !== undefined);
    const found = isImport ? names.find(table.file, name, []) : undefined;
    return found && isSame(found, wanted) ? [name] : [];
  });
}
