// What a page may send: the routes and commands of its contract, with what they need, and nothing else.
import assert from 'node:assert/strict';
import {
  checkAsked,
  checkCommand,
  checkIds,
  checkPlace,
  parseMemory,
  parseSubject,
} from '../../../../src/extension/panels/border';
import { PAGE_COMMANDS, type PanelSubject } from '../../../../src/protocol/webview/panel';

const refused = { code: 'panel.refused' };

describe('routes of a page', () => {
  it('are those of the contract, reading and changing apart', () => {
    assert.deepEqual(checkAsked('ask', 'GET /api/runs/:runId', { runId: 'a' }), {
      route: 'GET /api/runs/:runId',
      request: { runId: 'a' },
    });
    for (const [kind, route, request] of [
      ['ask', 'POST /api/shutdown', {}],
      ['ask', 'POST /api/run-changes', { runs: [], change: { do: 'delete' } }],
      ['change', 'POST /api/runs/:runId/delete', { runId: 'a' }],
      ['change', 'GET /api/experiments', {}],
      ['ask', 'toString', {}],
      ['ask', ['GET /api/experiments'], {}],
      ['ask', 'GET /api/experiments', undefined],
      ['ask', 'GET /api/experiments', []],
    ] as const) {
      assert.throws(() => checkAsked(kind, route, request), refused, `${kind} ${route}`);
    }
  });

  it('need the parts of their address, none of which leads elsewhere', () => {
    for (const runId of [undefined, '', '.', '..', 7, null, ['a'], {}]) {
      assert.throws(() => checkAsked('ask', 'GET /api/runs/:runId', { runId }), refused);
    }
  });

  it('are asked of the place of the panel, whatever the page says', () => {
    const place = { runId: 'a', path: 'x', source: 's2' };
    const request = { source: 's1', place, offset: 0, limit: 1 };
    assert.deepEqual(checkAsked('ask', 'POST /api/file-table', request).request, {
      place: { runId: 'a', path: 'x' },
      offset: 0,
      limit: 1,
    });
  });
});

describe('commands of a page', () => {
  it('are each accepted with what they need', () => {
    const whole = {
      runIds: ['a', 'b'],
      experimentIds: ['1'],
      filter: 'x > 1',
      pipelineRunId: 'p1',
      pipeline: 'training',
      stepRunId: 's1',
      artifactId: 'a1',
      model: 'm',
      version: '2',
      path: 'plots/loss.png',
      texts: { title: 't', left: 'a', right: 'b' },
    };
    for (const command of PAGE_COMMANDS) {
      assert.deepEqual(checkCommand(command, whole), { command, target: whole });
    }
  });

  it('are refused without it', () => {
    for (const [command, target] of [
      ['runlens.openRun', {}],
      ['runlens.openRun', { runIds: [] }],
      ['runlens.runStep', { pipelineRunId: 'p' }],
      ['runlens.openFileInEditor', { runIds: ['a'] }],
      ['runlens.openPipeline', { pipeline: '' }],
      ['runlens.copyLoadSnippet', { model: 'm' }],
      ['runlens.compareTexts', { texts: { title: 't', left: 'a' } }],
    ] as const) {
      assert.throws(() => checkCommand(command, target), refused, command);
    }
  });

  it('are none of the editor, and none of ours that pages have not', () => {
    for (const command of [
      'workbench.action.terminal.new',
      'runlens.emptyTrash',
      'runlens.deleteAllData',
      'constructor',
      7,
    ]) {
      assert.throws(() => checkCommand(command, { runIds: ['a'] }), refused);
    }
  });

  it('are about nothing that no command knows, and about no file outside', () => {
    const paths = ['../x', '/etc/passwd', 'a/../../b', 'C:\\x', 'a\\b', 'a\0b', ''];
    for (const target of [
      undefined,
      [],
      'a',
      { runIds: 'a' },
      { runIds: [1] },
      { session: {} },
      { filter: 7 },
      ...paths.map((path) => ({ runIds: ['a'], path })),
    ]) {
      assert.throws(() => checkCommand('runlens.openFileInEditor', target), refused);
    }
  });
});

it('runs to show are ids, and files are of a run or artifact', () => {
  assert.deepEqual(checkIds(['a']), ['a']);
  assert.throws(() => checkIds('a'), refused);
  assert.throws(() => checkIds([{}]), refused);
  assert.deepEqual(checkPlace({ runId: 'a', path: 'x/y', source: 's' }), {
    runId: 'a',
    path: 'x/y',
  });
  assert.throws(() => checkPlace({ runId: 'a', path: '../y' }), refused);
  assert.throws(() => checkPlace({ path: 'y' }), refused);
});

describe('what was kept of a panel', () => {
  const subjects: PanelSubject[] = [
    { kind: 'runs' },
    { kind: 'runs', experimentIds: ['1', '2'], filter: 'lr > 1' },
    { kind: 'charts', runIds: ['a', 'b'], tab: 'compare' },
    { kind: 'run', runId: 'server-x:a' },
    { kind: 'pipeline', pipeline: 'training' },
    { kind: 'pipeline', pipeline: 'training', pipelineRunId: 'p' },
    { kind: 'artifact', artifactId: 'a', path: 'x.csv' },
    { kind: 'file', runId: 'a', path: 'plots/x.png' },
    { kind: 'models', model: 'm', version: '3' },
  ];
  for (const subject of subjects) {
    it(`is read again: ${JSON.stringify(subject)}`, () => {
      const state = { version: 1, view: {}, panel: { place: '/p', subject } };
      assert.deepEqual(parseMemory(JSON.parse(JSON.stringify(state))), { place: '/p', subject });
    });
  }

  it('is nothing when it is broken or of an older version', () => {
    for (const state of [
      undefined,
      {},
      { version: 1, view: {} },
      { panel: { place: 7, subject: { kind: 'runs' } } },
      { panel: { place: '/p', subject: { kind: 'trees' } } },
    ]) {
      assert.equal(parseMemory(state), undefined);
    }
    for (const subject of [{ kind: 'run' }, { kind: 'file', runId: 'a', path: '../x' }, 'runs']) {
      assert.equal(parseSubject(subject), undefined);
    }
  });
});
