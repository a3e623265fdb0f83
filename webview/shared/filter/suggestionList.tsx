/** The list under the filter line. The focus stays in the text. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../texts';
import { Icon, type IconName } from '../ui/icon';
import type { Suggestion, SuggestionKind } from './suggest';

const ICONS: Readonly<Record<SuggestionKind, IconName>> = {
  metric: 'metric',
  param: 'param',
  tag: 'tag',
  attribute: 'info',
  dataset: 'list',
  operator: 'chevron-right',
  value: 'value',
  join: 'plus',
  history: 'history',
};

export interface SuggestionListProps {
  readonly id: string;
  readonly items: readonly Suggestion[];
  readonly active: number | undefined;
  readonly onAccept: (item: Suggestion) => void;
}

export function SuggestionList({ id, items, active, onAccept }: SuggestionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active !== undefined) list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div
      ref={list}
      id={`${id}-list`}
      class="rl-suggestions"
      role="listbox"
      aria-label={t('Suggestions')}
    >
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names the active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
        <div
          key={`${item.kind} ${item.label}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onAccept(item)}
        >
          <Icon name={ICONS[item.kind]} />
          <bdi dir="auto">{item.label}</bdi>
        </div>
      ))}
    </div>
  );
}
