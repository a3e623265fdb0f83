/** A step as a box of the graph: sign, name, state, and how it did before. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { StepRow } from '../../src/protocol/rows';
import type { StepProgress } from '../../src/protocol/worker';
import { t } from '../shared/texts';
import { Icon } from '../shared/ui/icon';
import { compareStep, deltaText } from './compare';
import type { Box } from './layout';
import { signOf } from './state';
import { useStateText } from './stepLine';

export interface GraphNodeProps {
  readonly id: string;
  readonly box: Box;
  readonly row: StepRow | undefined;
  readonly progress: StepProgress | undefined;
  /** Undefined: not compared. */
  readonly before: { readonly row: StepRow | undefined } | undefined;
  readonly isSelected: boolean;
  /** The one of all that Tab reaches. */
  readonly isReached: boolean;
  /** What stands before and after it, for the name that is spoken. */
  readonly edges: string;
  readonly onSelect: () => void;
  readonly onOpen: () => void;
  readonly onFocus: () => void;
}

export function GraphNodeBox(props: GraphNodeProps) {
  const { id, box, row, before } = props;
  const text = useStateText(row, props.progress);
  const { icon, look } = signOf(row);
  const status = row?.status ?? 'absent';
  const beforeText = before && comparedText(row, before.row);
  return (
    <button
      type="button"
      class={`pl-node pl-${look} pl-is-${status}`}
      data-step={id}
      style={{
        left: `${box.x}px`,
        top: `${box.y}px`,
        width: `${box.width}px`,
        height: `${box.height}px`,
      }}
      tabIndex={props.isReached ? 0 : -1}
      aria-pressed={props.isSelected}
      title={`${id}\n${text}`}
      onClick={props.onSelect}
      onDblClick={props.onOpen}
      onFocus={props.onFocus}
    >
      <span class={`pl-node-sign rl-${look}`}>
        <Icon name={icon} />
      </span>
      <bdi class="pl-node-name" dir="auto">
        {id}
      </bdi>
      <span class={`pl-node-state rl-${look}`}>
        {' '}
        <bdi dir="auto">{text}</bdi>
      </span>
      {beforeText !== undefined && <span class="pl-node-before"> {beforeText}</span>}
      <span class="rl-sr-only"> {props.edges}</span>
    </button>
  );
}

/** `+1.2 s`, else the state before: `before: cached`. */
function comparedText(row: StepRow | undefined, before: StepRow | undefined): string {
  if (!before) return t('new');
  // What still runs has no difference yet, so it does not matter when now is.
  const { delta } = compareStep(row, before, 0);
  return delta === undefined ? t('before: {0}', before.status) : deltaText(delta);
}
