// The examples and tables of docs/search.md.
import assert from 'node:assert/strict';
import fs from 'node:fs';

const document = fs.readFileSync('docs/search.md', 'utf8');

export function section(title: string): string {
  const found = document.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  assert.ok(found, `docs/search.md has no section ${title}`);
  return found;
}

/** First cells of the rows of a table, without the two lines of its head. */
export const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

export const code = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

export const filterExamples = (): string[] => [
  ...rows(section('Filters')).map(([cell = '']) => code(cell)[0]!),
  ...[...document.matchAll(/^```\n([\s\S]*?)\n```$/gm)].map((match) => match[1]!),
];
export const orderExamples = (): string[] =>
  rows(section('Order')).map(([cell = '']) => code(cell)[0]!);
