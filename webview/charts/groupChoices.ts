/** What runs may be grouped by: parameters and tags that differ among them. */
import { t } from '../shared/texts';
import type { BookRun } from './runBook';

/** Tags that the editor or MLflow sets for itself say nothing about groups. */
const isOwn = (key: string): boolean => key.startsWith('mlflow.') || key.startsWith('runlens.');

/** The first is all runs together. */
export function groupChoices(runs: readonly BookRun[]): { value: string; label: string }[] {
  const values = new Map<string, Set<string>>();
  const details = runs.flatMap(({ detail }) => detail ?? []);
  const add = (name: string, value: string) => {
    const held = values.get(name);
    if (held) held.add(value);
    else values.set(name, new Set([value]));
  };
  for (const { params, tags } of details) {
    for (const { key, value } of params) add(`param ${key}`, value);
    for (const { key, value } of tags) if (!isOwn(key)) add(`tag ${key}`, value);
  }
  const differing = [...values].filter(([, all]) => all.size > 1).map(([name]) => name);
  return [
    { value: '', label: t('all runs') },
    ...differing.sort().map((value) => ({ value, label: value.slice(value.indexOf(' ') + 1) })),
  ];
}
