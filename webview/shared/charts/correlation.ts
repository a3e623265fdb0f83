/** How much a metric goes with a parameter over many runs: by ranks, so that scales do not matter. */

/** Ranks from 1; equal values share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  let from = 0;
  while (from < order.length) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0])
      to += 1;
    for (let i = from; i <= to; i += 1) ranks[order[i] ?? 0] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/** Pearson's r; undefined when one side does not vary. */
export function pearson(a: readonly number[], b: readonly number[]): number | undefined {
  const n = Math.min(a.length, b.length);
  // Exactly: a rounded mean would let equal values vary.
  if ([a, b].some((of) => new Set(of.slice(0, n)).size < 2)) return undefined;
  const mean = (of: readonly number[]) => of.slice(0, n).reduce((sum, v) => sum + v, 0) / n;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const [da, db] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  if (aa === 0 || bb === 0) return undefined;
  return Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
}

/**
 * Spearman's ρ: Pearson's r of the ranks, with mean ranks for equal values (Spearman, "The proof and measurement of
 * association between two things", American Journal of Psychology 15 (1904); ties as in Kendall, "Rank Correlation
 * Methods" (1948), ch. 3). −1 … 1; undefined when one side is constant. Values are finite.
 */
export const spearman = (a: readonly number[], b: readonly number[]): number | undefined =>
  pearson(ranksOf(a), ranksOf(b));

/**
 * ε = √(H / (n − 1)), 0 … 1: how much of the ranks' variance groups explain, H being the statistic of Kruskal and Wallis,
 * "Use of ranks in one-criterion variance analysis", JASA 47 (1952), with their correction for ties; the effect size ε² is
 * Kelley's (1935) as given by Tomczak and Tomczak (2014). For two groups of ranks without ties it is |ρ|. Undefined when
 * there is one group, or all values are equal.
 */
export function rankEffect(
  groups: readonly string[],
  values: readonly number[],
): number | undefined {
  const n = values.length;
  const ranks = ranksOf(values);
  const sums = new Map<string, { sum: number; n: number }>();
  for (const [i, group] of groups.entries()) {
    const held = sums.get(group) ?? { sum: 0, n: 0 };
    sums.set(group, { sum: held.sum + (ranks[i] ?? 0), n: held.n + 1 });
  }
  const centre = (n + 1) / 2;
  const total = ranks.reduce((sum, rank) => sum + (rank - centre) ** 2, 0);
  if (sums.size < 2 || total === 0) return undefined;
  // With the variance that the ranks have, ties among them, H / (n − 1) is this share.
  const between = [...sums.values()].reduce(
    (sum, group) => sum + group.n * (group.sum / group.n - centre) ** 2,
    0,
  );
  return Math.sqrt(Math.min(1, between / total));
}

export type Importance =
  /** Numbers: ρ with its sign. */
  | { readonly kind: 'ranked'; readonly rho: number; readonly runs: number }
  /** Texts: how far apart the groups are. */
  | {
      readonly kind: 'grouped';
      readonly effect: number;
      readonly runs: number;
      readonly groups: number;
    }
  | { readonly kind: 'constant'; readonly runs: number }
  /** Too few runs have both, or every run has a text of its own. */
  | { readonly kind: 'few'; readonly runs: number };

/** With two any two numbers correlate fully. */
const LEAST_RUNS = 3;

/** Over the runs that have the parameter and a finite value of the metric. */
export function importanceOf(
  param: readonly (string | null)[],
  metric: readonly (number | null)[],
): Importance {
  const both = param.flatMap((text, i) => {
    const value = metric[i] ?? Number.NaN;
    return text !== null && Number.isFinite(value) ? [{ text, value }] : [];
  });
  const runs = both.length;
  const values = both.map(({ value }) => value);
  const texts = both.map(({ text }) => text);
  const distinct = new Set(texts).size;
  if (runs < LEAST_RUNS) return { kind: 'few', runs };
  if (distinct === 1) return { kind: 'constant', runs };
  const numbers = texts.map(numberOf);
  if (numbers.every(Number.isFinite)) {
    const rho = spearman(numbers, values);
    return rho === undefined ? { kind: 'constant', runs } : { kind: 'ranked', rho, runs };
  }
  if (distinct === runs) return { kind: 'few', runs };
  const effect = rankEffect(texts, values);
  if (effect === undefined) return { kind: 'constant', runs };
  return { kind: 'grouped', effect, runs, groups: distinct };
}

/** 0 … 1, to put parameters in order. */
export function strengthOf(importance: Importance): number {
  if (importance.kind === 'ranked') return Math.abs(importance.rho);
  return importance.kind === 'grouped' ? importance.effect : 0;
}

/** A parameter's text as the number that it spells; NaN when it spells none. */
export function numberOf(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' || !/^[-+]?(\d|\.\d)/.test(trimmed) ? Number.NaN : Number(trimmed);
}
