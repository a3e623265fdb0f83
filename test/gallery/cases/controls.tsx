// Controls and states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import {
  Badge,
  Button,
  Checkbox,
  Divider,
  Dropdown,
  IconButton,
  Tabs,
  Tag,
  TextField,
  ToggleButton,
} from '../../../webview/shared/ui/controls';
import { Menu, MenuButton } from '../../../webview/shared/ui/menu';
import { Popover, Tooltip } from '../../../webview/shared/ui/popover';
import { Splitter } from '../../../webview/shared/ui/splitter';
import { Empty, Loading, Problem } from '../../../webview/shared/ui/states';
import { Toaster, Toasts } from '../../../webview/shared/ui/toast';
import { appears, type GalleryCase } from '../galleryCase';

const nothing = () => undefined;
const AGGREGATES = [
  { value: 'last', label: 'Last' },
  { value: 'best', label: 'Best' },
] as const;

function Controls() {
  const [text, setText] = useState('training-<b>7</b>');
  const [isChecked, setChecked] = useState(true);
  const [of, setOf] = useState<'last' | 'best'>('best');
  const [isOn, setOn] = useState(true);
  return (
    <div class="stage-pad">
      <Button look="primary" onClick={nothing}>
        Compare
      </Button>
      <Button onClick={nothing}>Export</Button>
      <Button onClick={nothing} disabled title="Nothing is selected">
        Delete
      </Button>
      <IconButton icon="refresh" name="Fit All Columns" onClick={nothing} />
      <IconButton icon="pin" name="Pin" pressed onClick={nothing} />
      <IconButton icon="eye" name="Shown in charts" text="10 of 214 visible" onClick={nothing} />
      <ToggleButton pressed={isOn} onToggle={setOn}>
        Only differing
      </ToggleButton>
      <ToggleButton pressed={false} onToggle={nothing}>
        Log Y
      </ToggleButton>
      <TextField name="Name of the view" value={text} onInput={setText} isNameShown />
      <TextField name="Search columns" value="" placeholder="Search columns" onInput={nothing} />
      <Checkbox checked={isChecked} onChange={setChecked}>
        Show hidden columns
      </Checkbox>
      <Dropdown name="Aggregate" choices={AGGREGATES} value={of} onChange={setOf} isNameShown />
      <Tag>production</Tag>
      <Badge count={3} name="3 running" />
      <Divider />
      <MenuButton icon="more" name="More" entries={() => []} />
    </div>
  );
}

function TabsSample() {
  const [active, setActive] = useState<'params' | 'metrics'>('metrics');
  return (
    <Tabs
      name="Parts of the run"
      tabs={[
        { id: 'params', label: 'Parameters', count: 12 },
        { id: 'metrics', label: 'Metrics' },
      ]}
      active={active}
      onChange={setActive}
    >
      <p>Content of {active}</p>
    </Tabs>
  );
}

function SplitSample() {
  const [size, setSize] = useState(140);
  return (
    <div style={{ height: '160px', display: 'grid' }}>
      <Splitter
        name="Width of the run list"
        direction="row"
        size={size}
        min={80}
        max={240}
        onSize={setSize}
      >
        {[<p key="a">Run list</p>, <p key="b">Charts</p>]}
      </Splitter>
    </div>
  );
}

function toasterWith(): Toaster {
  const toaster = new Toaster();
  toaster.show({ text: 'The server is not running. Its log says why.', kind: 'error' });
  toaster.show({ text: '3 runs deleted', action: { label: 'Undo', run: nothing } });
  return toaster;
}

export const cases: readonly GalleryCase[] = [
  {
    name: 'controls: all',
    draw: () => <Controls />,
    seen: [
      'Compare',
      'Only differing',
      'Name of the view',
      'training-<b>7</b>',
      '3 running',
      'Best',
    ],
  },
  {
    name: 'controls: tabs',
    draw: () => <TabsSample />,
    seen: ['Parameters', 'Metrics', 'Content of metrics'],
    act: async (root) => void (await appears(root, 'vscode-panel-view:not([hidden])')),
  },
  {
    name: 'controls: menu',
    draw: () => (
      <Menu
        name="Run"
        at={{ x: 20, y: 16 }}
        onClose={nothing}
        entries={[
          { label: 'Open', shortcut: 'Enter', onSelect: nothing },
          { label: 'Pinned', checked: true, onSelect: nothing },
          'separator',
          { label: 'Delete…', disabled: 'This place can only be read', onSelect: nothing },
        ]}
      />
    ),
    height: 140,
    seen: ['Open', 'Pinned', 'This place can only be read'],
  },
  {
    name: 'controls: popover',
    draw: () => (
      <Popover name="Columns" at={{ x: 16, y: 12 }} onClose={nothing}>
        <TextField name="Search columns" value="lo" onInput={nothing} isNameShown />
        <p>
          <Checkbox checked onChange={nothing}>
            loss
          </Checkbox>
        </p>
      </Popover>
    ),
    height: 150,
    seen: ['Search columns', 'loss'],
  },
  {
    name: 'controls: tooltip by focus',
    draw: () => (
      <div class="stage-pad">
        <Tooltip text="Over the runs that are visible: 12 columns are the same in all of them">
          <IconButton icon="info" name="About differing columns" onClick={nothing} />
        </Tooltip>
      </div>
    ),
    height: 110,
    seen: ['12 columns are the same'],
    async act(root) {
      root.querySelector('button')?.focus();
      await appears(root, '[role=tooltip]');
    },
  },
  {
    name: 'controls: splitter',
    draw: () => <SplitSample />,
    seen: ['Run list', 'Width of the run list'],
  },
  {
    name: 'controls: toasts',
    draw: () => <Toasts toaster={toasterWith()} />,
    height: 892,
    seen: ['3 runs deleted', 'Undo', 'Its log says why'],
  },
  {
    name: 'states: loading',
    draw: () => <Loading name="Reading runs" />,
    seen: ['Reading runs'],
    act: async (root) => void (await appears(root, '.rl-bone')),
  },
  {
    name: 'states: empty',
    draw: () => (
      <Empty
        title="No runs yet"
        actions={[
          { label: 'Create Sample Project', onClick: nothing },
          { label: 'Copy Logging Snippet', onClick: nothing },
        ]}
      >
        <p>Runs appear here as soon as a script logs one:</p>
        <pre>
          import mlflow{'\n\n'}with mlflow.start_run():{'\n'} mlflow.log_metric("loss", 0.41)
        </pre>
      </Empty>
    ),
    seen: ['No runs yet', 'Create Sample Project', 'mlflow.start_run'],
  },
  {
    name: 'states: problem',
    draw: () => (
      <Problem
        message="The run table could not be read: the server does not answer. It is asked again by itself."
        onRetry={nothing}
        onLog={nothing}
      />
    ),
    seen: ['could not be read', 'Try Again', 'Show Log'],
  },
];
