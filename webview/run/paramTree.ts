/** Parameters as rows: keys with a common beginning are put under it, where they can be folded. */
import type { TableRow } from '../shared/table/types';

export interface Param {
  readonly key: string;
  readonly value: string;
}

/** `prefix` is that of a group, with its separator; a parameter has its whole key in `param`. */
export interface ParamRow {
  /** What of the key is not said by the rows above it. */
  readonly label: string;
  readonly param: Param | undefined;
  readonly prefix: string;
  /** Parameters in a group. */
  readonly count: number;
}

interface Node {
  readonly prefix: string;
  readonly groups: Map<string, Node>;
  readonly params: Param[];
  count: number;
}

const SEPARATOR = /[./]/;
/** Keys may have hundreds of separators: what is deeper is not taken apart. */
const DEEPEST = 8;

/**
 * In the order of keys. A group of one parameter is no group; a group of one group is joined with it:
 * `model.layers.` and not `model.` › `layers.`.
 */
export function paramRows(
  params: readonly Param[],
  { search, folded }: { readonly search: string; readonly folded: readonly string[] },
): TableRow<ParamRow>[] {
  const wanted = search.trim().toLowerCase();
  const found = params.filter(
    ({ key, value }) => key.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted),
  );
  // What was searched for is seen, also where it is folded.
  const hidden = new Set(wanted === '' ? folded : []);
  return rowsOf(treeOf(found), { from: 0, depth: 0, hidden });
}

function treeOf(params: readonly Param[]): Node {
  const root: Node = nodeOf('');
  const sorted = [...params].sort((a, b) => collator.compare(a.key, b.key));
  for (const param of sorted) {
    let node = root;
    node.count += 1;
    let at = 0;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const next = param.key.slice(at).search(SEPARATOR);
      // An empty part (`..`) and a separator at the end belong to the name.
      if (next <= 0 || at + next + 1 >= param.key.length) break;
      at += next + 1;
      node = childOf(node, param.key.slice(0, at));
      node.count += 1;
    }
    node.params.push(param);
  }
  return root;
}

const collator = new Intl.Collator('en', { numeric: true });
const nodeOf = (prefix: string): Node => ({ prefix, groups: new Map(), params: [], count: 0 });

function childOf(node: Node, prefix: string): Node {
  const child = node.groups.get(prefix) ?? nodeOf(prefix);
  node.groups.set(prefix, child);
  return child;
}

interface Place {
  /** Characters of the keys that the rows above have said. */
  readonly from: number;
  readonly depth: number;
  readonly hidden: ReadonlySet<string>;
}

function rowsOf(node: Node, place: Place): TableRow<ParamRow>[] {
  const groups = [...node.groups.values()].flatMap((group) => groupRows(joined(group), place));
  return [...node.params.map((param) => paramRow(param, place)), ...groups];
}

/** Goes down where there is nothing to choose between. */
function joined(node: Node): Node {
  const [only, ...others] = [...node.groups.values()];
  if (!only || others.length > 0 || node.params.length > 0) return node;
  return joined(only);
}

function groupRows(group: Node, place: Place): TableRow<ParamRow>[] {
  const { prefix, count } = group;
  const [single] = group.params;
  if (count === 1 && single) return [paramRow(single, place)];
  const expanded = !place.hidden.has(prefix);
  const label = prefix.slice(place.from);
  const row: TableRow<ParamRow> = {
    id: `group ${prefix}`,
    value: { label, param: undefined, prefix, count },
    depth: place.depth,
    expanded,
    isGroup: true,
  };
  if (!expanded) return [row];
  return [row, ...rowsOf(group, { ...place, from: prefix.length, depth: place.depth + 1 })];
}

const paramRow = (param: Param, { from, depth }: Place): TableRow<ParamRow> => ({
  id: `param ${param.key}`,
  value: { label: param.key.slice(from), param, prefix: '', count: 1 },
  depth,
});
