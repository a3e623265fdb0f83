// New terminals: an unmodified MLflow script logs to the folder it is in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  findRow,
  folderPath,
  inTerminal,
  onlySession,
  rowsOf,
  terminalEnvironment,
  testPython,
} from '../editor';
import { discoveryOf } from '../tracking';
import { until } from '../ui';

describe('the environment of terminals', () => {
  it('leads MLflow to the folder’s server, with the tracking token only', async () => {
    const { session } = await onlySession();
    const { port, tokens } = discoveryOf(session);
    const env = await terminalEnvironment();
    assert.equal(env.MLFLOW_TRACKING_URI, `http://127.0.0.1:${port}`);
    assert.equal(env.MLFLOW_TRACKING_TOKEN, tokens.tracking);
    assert.equal(env.MLFLOW_TRACKING_PASSWORD, tokens.tracking);
    assert.ok(!Object.values(env).includes(tokens.control), 'the control token is there');
  });

  it('lets Python import the package', async () => {
    await onlySession();
    const { SDK } = await terminalEnvironment();
    assert.match(SDK ?? '', /runlens[/\\]__init__\.py$/);
  });

  it('makes a run of an unmodified MLflow script appear in the tree', async () => {
    const { api } = await onlySession();
    const script = path.join(folderPath(), 'plain_mlflow.py');
    fs.writeFileSync(
      script,
      'import sys, mlflow\n' +
        'mlflow.set_experiment("from a terminal")\n' +
        'with mlflow.start_run(run_name="unmodified"):\n' +
        '    mlflow.log_metric("speed", 7.5)\n' +
        'open(sys.argv[1], "w").close()\n',
    );
    await inTerminal((file) => `"${testPython()}" ${script} ${file}`);
    const { experiments } = api.trees;
    const experiment = await findRow(experiments, undefined, 'from a terminal');
    const run = await findRow(experiments, experiment.node, 'unmodified');
    await until(async () => {
      const [row] = await rowsOf(experiments, experiment.node);
      return row?.description.startsWith('speed 7.5') && row.item.contextValue === 'run';
    });
    assert.equal(run.item.contextValue?.startsWith('run'), true);
  });

  it('is left alone when the setting says so', async () => {
    await onlySession();
    const settings = vscode.workspace.getConfiguration('runlens');
    const { Workspace } = vscode.ConfigurationTarget;
    await settings.update('terminal.environment', false, Workspace);
    try {
      const env = await terminalEnvironment();
      assert.equal(env.MLFLOW_TRACKING_URI, undefined);
      assert.equal(env.SDK, null);
    } finally {
      await settings.update('terminal.environment', undefined, Workspace);
    }
  });
});
