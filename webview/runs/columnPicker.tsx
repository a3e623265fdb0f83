/** Which columns are shown: all there are, by kind, with a search. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { RunsView } from '../../src/domain/runsView';
import type { ColumnsReply } from '../../src/protocol/runTable';
import { countText, t } from '../shared/texts';
import { Button, Checkbox, TextField } from '../shared/ui/controls';
import { ATTRIBUTES, type ColumnRef, refOf } from './columnChoice';
import { attributeName } from './columns';
import { withColumn } from './pageView';

export interface ColumnPickerProps {
  readonly facts: ColumnsReply | undefined;
  readonly shown: readonly ColumnRef[];
  readonly view: RunsView;
  readonly onView: (view: RunsView) => void;
}

interface Entry {
  readonly ref: ColumnRef;
  readonly name: string;
  /** Runs that have it. */
  readonly runs: number | undefined;
}

interface Section {
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** Of each kind; more are found by the search. */
const MOST_LISTED = 60;

export function ColumnPicker({ facts, shown, view, onView }: ColumnPickerProps) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const sections = sectionsOf(facts).map(({ name, entries }) => ({
    name,
    entries: entries.filter((entry) => entry.name.toLowerCase().includes(wanted)),
  }));
  const isShown = (id: string) => shown.some((ref) => ref.id === id);
  const found = sections.reduce((sum, { entries }) => sum + entries.length, 0);
  return (
    <div class="runs-picker">
      <TextField
        name={t('Search columns')}
        placeholder={t('Search columns')}
        value={search}
        onInput={setSearch}
        autofocus
      />
      <p class="rl-sr-only" role="status">
        {t('{0} columns', countText(found))}
      </p>
      <div class="runs-picker-list">
        {sections.map(({ name, entries }) => (
          <PickerSection
            key={name}
            name={name}
            entries={entries}
            isShown={isShown}
            onToggle={(id, isOn) => onView(withColumn(view, id, isOn))}
          />
        ))}
        {found === 0 && <p class="rl-faint">{t('No column has this name.')}</p>}
      </div>
      <Button
        onClick={() =>
          onView({
            ...view,
            columns: { ...view.columns, added: [], hidden: [], order: [], widths: {} },
          })
        }
      >
        {t('Reset Columns')}
      </Button>
    </div>
  );
}

interface PickerSectionProps extends Section {
  readonly isShown: (id: string) => boolean;
  readonly onToggle: (id: string, isShown: boolean) => void;
}

function PickerSection({ name, entries, isShown, onToggle }: PickerSectionProps) {
  if (entries.length === 0) return null;
  const left = entries.length - MOST_LISTED;
  return (
    <fieldset>
      <legend>{name}</legend>
      {entries.slice(0, MOST_LISTED).map(({ ref, name: label, runs }) => (
        <Checkbox
          key={ref.id}
          checked={isShown(ref.id)}
          onChange={(isOn) => onToggle(ref.id, isOn)}
        >
          <bdi dir="auto">{label.length > 80 ? `${label.slice(0, 80)}…` : label}</bdi>
          {runs !== undefined && <span class="rl-faint"> {countText(runs)}</span>}
        </Checkbox>
      ))}
      {left > 0 && <p class="rl-faint">{t('{0} more: search for them', countText(left))}</p>}
    </fieldset>
  );
}

function sectionsOf(facts: ColumnsReply | undefined): readonly Section[] {
  const entries = (
    kind: 'spark' | 'metric' | 'param' | 'tag',
    list: ColumnsReply['params'] | ColumnsReply['metrics'],
  ) => list.map(({ key, runs }): Entry => ({ ref: refOf(kind, key), name: key, runs }));
  const { metrics = [], params = [], tags = [] } = facts ?? {};
  return [
    {
      name: t('Attributes'),
      entries: ATTRIBUTES.filter((key) => key !== 'check' && key !== 'name').map((key) => ({
        ref: { id: key, kind: 'attribute', key },
        name: attributeName(key),
        runs: undefined,
      })),
    },
    { name: t('Metrics'), entries: entries('metric', metrics) },
    { name: t('Sparklines'), entries: entries('spark', metrics) },
    { name: t('Parameters'), entries: entries('param', params) },
    { name: t('Tags'), entries: entries('tag', tags) },
  ];
}
