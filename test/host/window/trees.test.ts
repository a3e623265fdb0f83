// The trees: rows after a pipeline ran, rows that follow what is logged, pages, delete, restore, rename, reveal.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import type { FolderSession } from '../../../src/extension/session/folderSession';
import type { ExperimentNode } from '../../../src/extension/views/experimentNodes';
import {
  closeEditors,
  findRow,
  labels,
  onlySession,
  type Row,
  redrawn,
  rowOf,
  rowsOf,
} from '../editor';
import { type QuickPipeline, runByLens, writePipeline } from '../quick';
import { Script } from '../tracking';
import { ui, until } from '../ui';

let api: RunlensApi;
let session: FolderSession;
let script: Script;

before(async () => {
  ({ api, session } = await onlySession());
  script = new Script(session);
});

describe('the Pipelines tree', () => {
  let quick: QuickPipeline;

  before(async () => {
    quick = await writePipeline('planted', 5);
    await runByLens(session, quick);
  });
  after(closeEditors);

  it('shows pipeline, run, steps in order and outputs', async () => {
    const tree = api.trees.pipelines;
    const top = await findRow(tree, undefined, 'planted');
    assert.equal(top.description, 'planted.py');
    assert.equal(top.item.contextValue, 'pipeline');
    const [run, ...others] = await until(async () => {
      const rows = await rowsOf(tree, top.node);
      return rows[0]?.item.contextValue === 'pipelineRun' && rows;
    });
    assert.equal(others.length, 0);
    const steps = await rowsOf(tree, run?.node);
    assert.deepEqual(labels(steps), ['load_numbers', 'multiply', 'total']);
    for (const step of steps) {
      assert.match(step.description, /^ran /);
      assert.equal(step.item.contextValue, 'step');
    }
    const outputs = await rowsOf(tree, steps[1]?.node);
    assert.match(outputs[0]?.label ?? '', /^products v\d+$/);
    assert.match(outputs[0]?.description ?? '', /^list · \d+ B/);
    assert.equal(outputs[0]?.item.contextValue, 'artifact');
  });

  it('shows a second run as cached, and keeps the ids of the rows of the first', async () => {
    const tree = api.trees.pipelines;
    const top = await findRow(tree, undefined, 'planted');
    const [first] = await rowsOf(tree, top.node);
    await runByLens(session, quick);
    const rows = await until(async () => {
      const all = await rowsOf(tree, top.node);
      return all.length === 2 && all;
    });
    assert.equal(rows[1]?.item.id, first?.item.id);
    assert.equal(rows[1]?.node, first?.node);
    assert.equal(new Set(rows.map(({ item }) => item.id)).size, 2);
    const steps = await until(async () => {
      const all = await rowsOf(tree, rows[0]?.node);
      return all.every(({ description }) => description.startsWith('cached')) && all;
    });
    assert.equal(steps.length, 3);
  });

  it('opens a step’s log and its source', async () => {
    const tree = api.trees.pipelines;
    const top = await findRow(tree, undefined, 'planted');
    const runs = await rowsOf(tree, top.node);
    const step = await findRow(tree, runs.at(-1)?.node, 'load_numbers');
    await vscode.commands.executeCommand('runlens.openLog', step.node);
    await until(() => vscode.window.activeTextEditor?.document.getText().includes('counting to 5'));
    await vscode.commands.executeCommand('runlens.goToSource', step.node);
    const editor = await until(() => {
      const shown = vscode.window.activeTextEditor;
      return shown?.document.fileName.endsWith('planted.py') && shown;
    });
    const line = editor.document.lineAt(editor.selection.active.line).text;
    assert.match(line, /@step|def load_numbers/);
  });

  it('opens the pipeline with a step beside its graph', async () => {
    const tree = api.trees.pipelines;
    const top = await findRow(tree, undefined, 'planted');
    const runs = await rowsOf(tree, top.node);
    for (const name of ['multiply', 'load_numbers']) {
      const step = await findRow(tree, runs.at(-1)?.node, name);
      await vscode.commands.executeCommand('runlens.openPipeline', step.node);
      await until(async () => (await ui<string | null>('webviewText', '.pl-side h2')) === name);
    }
    await closeEditors();
  });

  it('marks a result that was deleted, until it is back', async () => {
    const tree = api.trees.pipelines;
    const top = await findRow(tree, undefined, 'planted');
    const runs = await rowsOf(tree, top.node);
    const step = await findRow(tree, runs.at(-1)?.node, 'multiply');
    const [row] = await rowsOf(tree, step.node);
    assert.ok(row?.node.kind === 'artifact');
    const { artifactId } = row.node;
    const marked = async () => {
      const [now] = await rowsOf(tree, step.node);
      return now?.description.endsWith(' · deleted');
    };
    assert.equal(await marked(), false);
    await session.call('POST /api/artifacts/:id/delete', { id: artifactId });
    await until(marked);
    await session.call('POST /api/artifacts/:id/restore', { id: artifactId });
    await until(async () => !(await marked()));
  });

  it('leads from a step to its run in the Experiments tree', async () => {
    const tree = api.trees.pipelines;
    const top = await findRow(tree, undefined, 'planted');
    const runs = await rowsOf(tree, top.node);
    const step = await findRow(tree, runs.at(-1)?.node, 'multiply');
    await vscode.commands.executeCommand('runlens.revealRun', step.node);
    assert.match(await selectedRow(), /^Run multiply/);
  });
});

/** Accessible names of selected rows that the tree in focus shows. */
async function selectedRow(): Promise<string> {
  return until(async () => {
    const [name] = await ui<(string | null)[]>(
      'attributes',
      '.pane-body .monaco-list-row.selected.focused',
      'aria-label',
    );
    return name;
  });
}

describe('the Experiments tree', () => {
  it('nests the steps’ runs in the pipeline’s, with metrics and parameters', async () => {
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'planted');
    assert.equal(experiment.item.contextValue, 'experiment');
    assert.equal(experiment.description, '2 runs');
    const runs = await rowsOf(tree, experiment.node);
    const multiply = await findRow(tree, runs.at(-1)?.node, 'multiply');
    assert.equal(multiply.item.contextValue, 'run');
    const metrics = await findRow(tree, multiply.node, 'Metrics');
    const params = await findRow(tree, multiply.node, 'Parameters');
    assert.deepEqual(
      (await rowsOf(tree, metrics.node)).map((row) => `${row.label} ${row.description}`),
      ['product 6'],
    );
    const written = (await rowsOf(tree, params.node)).map((r) => `${r.label} ${r.description}`);
    assert.ok(written.includes('factor 1.5'), written.join());
  });

  it('shows a run, its state and its newest value as they are logged', async () => {
    const tree = api.trees.experiments;
    const experimentId = await redrawn(
      tree,
      () => script.createExperiment('live'),
      async () => (await rowsOf(tree)).find((row) => row.label === 'live')?.item.id,
    );
    assert.ok(experimentId);
    const experiment = await findRow(tree, undefined, 'live');
    assert.deepEqual(await rowsOf(tree, experiment.node), []);
    const id = session.experiments.experiments.find((row) => row.name === 'live')?.experimentId;
    const run = await script.createRun(id ?? '', 'walker');
    const row = await findRow(tree, experiment.node, 'walker');
    assert.equal(row.item.contextValue, 'run.running');
    await redrawn(
      tree,
      () => script.logMetric(run.run_id, 'speed', 1.25, 0),
      () => rowOf(tree, row.node).description.startsWith('speed 1.25'),
    );
    await redrawn(
      tree,
      () => script.logMetric(run.run_id, 'speed', 2.5, 1),
      () => rowOf(tree, row.node).description.startsWith('speed 2.5'),
    );
    await redrawn(
      tree,
      () => script.finish(run.run_id),
      () => rowOf(tree, row.node).item.contextValue === 'run',
    );
    assert.equal(rowOf(tree, experiment.node).description, '1 run');
    assert.equal(rowOf(tree, row.node).item.id, row.item.id);
  });

  it('ticks runs with metrics by itself and follows a person’s choice', async () => {
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'live');
    const { node } = await findRow(tree, experiment.node, 'walker');
    assert.ok('runId' in node);
    const checked = () => {
      const state = rowOf(tree, node).item.checkboxState;
      return typeof state === 'object' && state.state === vscode.TreeItemCheckboxState.Checked;
    };
    await until(checked);
    await redrawn(
      tree,
      () => api.shown.choose(node.runId, false),
      () => !checked(),
    );
    await redrawn(
      tree,
      () => api.shown.choose(node.runId, true),
      () => checked(),
    );
  });

  it('shows the models of a run, and leads to the version that is registered', async () => {
    const tree = api.trees.experiments;
    const id = await script.createExperiment('modeled');
    const { run_id } = await script.createRun(id, 'maker');
    await script.post('registered-models/create', { name: 'team-digits' });
    const source = `runs:/${run_id}/model`;
    const body = { name: 'team-digits', source, run_id };
    await script.post('model-versions/create', body);
    const experiment = await findRow(tree, undefined, 'modeled');
    const run = await findRow(tree, experiment.node, 'maker');
    const section = await findRow(tree, run.node, 'Models');
    const [version, ...others] = await rowsOf(tree, section.node);
    assert.equal(others.length, 0);
    assert.equal(version?.label, 'team-digits v1');
    const { command, arguments: args } = version!.item.command!;
    await vscode.commands.executeCommand(command, ...args!);
    const panel = await until(() =>
      api.panels.all.find(({ subject }) => subject.kind === 'models'),
    );
    assert.deepEqual(panel.subject, { kind: 'models', model: 'team-digits', version: '1' });
    await closeEditors();
  });

  it('takes a deleted run away and brings a restored one back', async () => {
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'live');
    const { node } = await findRow(tree, experiment.node, 'walker');
    assert.ok('runId' in node);
    const runId = node.runId;
    const count = async () => (await rowsOf(tree, experiment.node)).length;
    await redrawn(
      tree,
      () => script.post('runs/delete', { run_id: runId }),
      async () => (await count()) === 0,
    );
    await redrawn(
      tree,
      async () => vscode.commands.executeCommand('runlens.restoreRun', runId),
      async () => (await count()) === 1,
    );
  });

  it('renames a run by what is typed, and by what another client says', async () => {
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'live');
    const { node } = await findRow(tree, experiment.node, 'walker');
    assert.ok('runId' in node);
    const renamed = vscode.commands.executeCommand('runlens.renameRun', node);
    await ui('fill', '.quick-input-widget input', 'runner');
    await ui('press', 'Enter');
    await renamed;
    await until(() => rowOf(tree, node).label === 'runner');
    await redrawn(
      tree,
      () => script.post('runs/update', { run_id: node.runId, run_name: 'sprinter' }),
      () => rowOf(tree, node).label === 'sprinter',
    );
  });

  it('copies the id of a run', async () => {
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'live');
    const { node } = await findRow(tree, experiment.node, 'sprinter');
    await vscode.commands.executeCommand('runlens.copyRunId', node);
    assert.equal(await vscode.env.clipboard.readText(), 'runId' in node && node.runId);
  });
});

describe('an experiment of 250 runs', () => {
  const SIZE = 250;
  const PAGE = 50;
  let experimentId: string;
  let experiment: Row<ExperimentNode>;

  before(async () => {
    experimentId = await script.createExperiment('many');
    for (let index = 0; index < SIZE; index += 1) {
      const { run_id } = await script.createRun(experimentId, `run ${index}`);
      await script.finish(run_id);
    }
    await vscode.commands.executeCommand('runlens.refresh');
    await until(() => session.isWarm);
    experiment = (await findRow(api.trees.experiments, undefined, 'many')) as Row<ExperimentNode>;
  });

  it('is read by the page, newest first', async () => {
    const tree = api.trees.experiments;
    assert.equal(rowOf(tree, experiment.node).description, `${SIZE} runs`);
    const rows = await rowsOf(tree, experiment.node);
    assert.deepEqual(labels(rows.slice(0, 2)), [`run ${SIZE - 1}`, `run ${SIZE - 2}`]);
    assert.equal(rows.length, PAGE + 1);
    assert.equal(rows.at(-1)?.label, 'Load more…');
    const held = [...session.experiments.knownRuns()].filter(
      (row) => row.experimentId === experimentId,
    );
    assert.equal(held.length, PAGE);
  });

  it('reads the next page on demand, until there is none', async () => {
    const tree = api.trees.experiments;
    for (let loaded = 2 * PAGE; loaded <= SIZE; loaded += PAGE) {
      const more = (await rowsOf(tree, experiment.node)).at(-1);
      await redrawn(
        tree,
        async () => vscode.commands.executeCommand('runlens.loadMore', more?.node),
        async () => {
          const rows = await rowsOf(tree, experiment.node);
          return rows.filter(({ item }) => item.contextValue === 'run').length === loaded;
        },
      );
    }
    const rows = await rowsOf(tree, experiment.node);
    assert.equal(rows.length, SIZE);
    assert.equal(new Set(rows.map(({ item }) => item.id)).size, SIZE);
  });

  it('reveals a run whose page was not loaded', async () => {
    await vscode.commands.executeCommand('runlens.refresh');
    await until(() => session.isWarm);
    const { items } = await session.call('GET /api/experiments/:experimentId/runs', {
      experimentId,
      limit: 1,
      offset: SIZE - 1,
    });
    await vscode.commands.executeCommand('runlens.revealRun', items[0]?.runId);
    assert.match(await selectedRow(), /^Run run 0,/);
  });
});
