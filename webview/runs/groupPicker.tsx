/** What runs are grouped by: up to three of attributes, parameters and tags. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { GROUP_ATTRIBUTES, type RunsView, type ViewGroup } from '../../src/domain/runsView';
import type { ColumnsReply } from '../../src/protocol/runTable';
import { t } from '../shared/texts';
import { Button, Dropdown } from '../shared/ui/controls';

export interface GroupPickerProps {
  readonly facts: ColumnsReply | undefined;
  readonly view: RunsView;
  readonly onView: (view: RunsView) => void;
}

/** Deeper groups hold one run each. */
const MOST_LEVELS = 3;
/** A list for choosing; other keys are named in a saved view. */
const MOST_KEYS = 200;

const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  status: 'Status',
  run_name: 'Name',
  experiment: 'Experiment',
  pipeline: 'Pipeline run',
};

const idOf = ({ on, key }: ViewGroup): string => `${on} ${key}`;

export function GroupPicker({ facts, view, onView }: GroupPickerProps) {
  const groups = groupsOf(facts, view.groupBy);
  const choices = [
    { value: '', label: t('Nothing') },
    ...groups.map((group) => ({ value: idOf(group), label: nameOf(group) })),
  ];
  const levels = Math.min(MOST_LEVELS, view.groupBy.length + 1);
  const choose = (level: number, id: string) => {
    const chosen = groups.find((group) => idOf(group) === id);
    const before = view.groupBy.slice(0, level).filter((group) => idOf(group) !== id);
    const behind = view.groupBy.slice(level + 1).filter((group) => idOf(group) !== id);
    onView({ ...view, groupBy: [...before, ...(chosen ? [chosen] : []), ...behind] });
  };
  return (
    <div class="runs-form">
      {Array.from({ length: levels }, (_, level) => {
        const group = view.groupBy[level];
        return (
          <Dropdown
            key={level}
            name={level === 0 ? t('Group by') : t('then by')}
            isNameShown
            choices={choices}
            value={group ? idOf(group) : ''}
            onChange={(id) => choose(level, id)}
          />
        );
      })}
      <p class="rl-faint">{t('Metrics show mean ± standard deviation and the number of runs.')}</p>
      {view.groupBy.length > 0 && (
        <Button onClick={() => onView({ ...view, groupBy: [] })}>{t('Do Not Group')}</Button>
      )}
    </div>
  );
}

function nameOf({ on, key }: ViewGroup): string {
  const text = key.length > 80 ? `${key.slice(0, 80)}…` : key;
  if (on === 'attribute') return t(ATTRIBUTE_NAMES[key] ?? key);
  return on === 'param' ? t('{0} (parameter)', text) : t('{0} (tag)', text);
}

function groupsOf(facts: ColumnsReply | undefined, chosen: RunsView['groupBy']): ViewGroup[] {
  const { params = [], tags = [] } = facts ?? {};
  const differing = [...params].sort((a, b) => Number(b.differs) - Number(a.differs));
  const all: ViewGroup[] = [
    ...GROUP_ATTRIBUTES.map((key) => ({ on: 'attribute' as const, key })),
    ...differing.slice(0, MOST_KEYS).map(({ key }) => ({ on: 'param' as const, key })),
    ...tags.slice(0, MOST_KEYS).map(({ key }) => ({ on: 'tag' as const, key })),
  ];
  const known = new Set(all.map(idOf));
  return [...all, ...chosen.filter((group) => !known.has(idOf(group)))];
}
