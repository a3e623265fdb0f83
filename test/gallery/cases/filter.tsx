// The filter line in its states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { FilterLine } from '../../../webview/shared/filter/filterLine';
import type { FilterNames } from '../../../webview/shared/filter/suggest';
import { appears, type GalleryCase } from '../galleryCase';

const NAMES: FilterNames = {
  names: async () => ({
    metrics: ['loss', 'val/loss', 'lr'],
    params: ['lr', 'optimizer', 'learning rate'],
    tags: ['team'],
  }),
  values: async () => ['adam', 'sgd', "it's"],
};

function Line({ value = '', history = [] }: { value?: string; history?: readonly string[] }) {
  const [text, setText] = useState(value);
  return (
    <div style={{ padding: '12px' }}>
      <FilterLine
        name="Filter runs"
        placeholder="lr > 0.001 and not status = 'failed'"
        value={text}
        onFilter={setText}
        names={NAMES}
        history={history}
        onHistory={() => undefined}
      />
    </div>
  );
}

async function type(root: HTMLElement, text: string, isList = true): Promise<void> {
  const input = await appears<HTMLInputElement>(root, 'input');
  input.focus();
  input.value = text;
  input.setSelectionRange(text.length, text.length);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  if (isList) await appears(root, '[role=option]');
  await new Promise((resolve) => setTimeout(resolve, 60));
}

export const cases: readonly GalleryCase[] = [
  {
    name: 'filter: empty',
    draw: () => <Line />,
    seen: ['Filter runs', "lr > 0.001 and not status = 'failed'"],
  },
  {
    name: 'filter: names',
    draw: () => <Line />,
    height: 260,
    seen: ['metrics.loss', 'metrics.val/loss'],
    act: (root) => type(root, 'lo'),
  },
  {
    name: 'filter: values',
    draw: () => <Line />,
    height: 160,
    seen: ['adam', 'sgd'],
    act: (root) => type(root, 'params.optimizer = '),
  },
  {
    name: 'filter: refused, with the place',
    draw: () => <Line value="metricz.loss < 0.1 AND status = 'FINISHED'" />,
    seen: ["Invalid entity type 'metricz'", 'At character 1.', 'Valid here:', 'metric'],
  },
];
