/** A comparison as text to paste elsewhere: Markdown, CSV. */
import { csvField } from '../shared/table/copy';
import { t } from '../shared/texts';
import type { ComparedRun, CompareRow, CompareSection } from './compareRows';

const cellTexts = ({ values, deltas }: CompareRow): string[] =>
  values.map((value, i) => [value ?? '', deltas?.[i]?.text].filter(Boolean).join(' '));

export function csvOfSections(
  runs: readonly Pick<ComparedRun, 'name'>[],
  sections: readonly CompareSection[],
): string {
  const head = [t('Section'), t('Compared'), ...runs.map(({ name }) => name)];
  const rows = sections.flatMap(({ title, rows: all }) =>
    all.map((row) => [title, row.key, ...row.values.map((value) => value ?? '')]),
  );
  return `${[head, ...rows].map((row) => row.map(csvField).join(',')).join('\n')}\n`;
}

const escaped = (text: string): string =>
  text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\\|`*_[\]]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');

export function markdownOf(
  runs: readonly Pick<ComparedRun, 'name'>[],
  sections: readonly CompareSection[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const head = [
    line(['', ...runs.map(({ name }) => name)]),
    `|${' --- |'.repeat(runs.length + 1)}`,
  ];
  return sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => {
      const lines = rows.map((row) => line([row.key, ...cellTexts(row)]));
      return [`### ${title}`, '', ...head, ...lines, ''].join('\n');
    })
    .join('\n');
}
