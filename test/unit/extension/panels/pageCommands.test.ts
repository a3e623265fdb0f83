// From what a page says a command is about to what the command takes.
import assert from 'node:assert/strict';
import { argumentsOf } from '../../../../src/extension/panels/pageCommands';
import { Places, placeId } from '../../../../src/extension/panels/places';
import { renames, titleOf } from '../../../../src/extension/panels/titles';
import type { FolderSession } from '../../../../src/extension/session/folderSession';
import { english } from '../../../support/english';
import { runDetail } from '../rows';

function make() {
  const asked: unknown[] = [];
  const runs = new Set<string>();
  const session = {
    folder: { name: 'digits', path: '/w/digits', root: '/w/digits' },
    state: { kind: 'up' },
    readOnlyReason: undefined as string | undefined,
    pipelines: { loaded: true, run: (id: string) => (runs.has(id) ? { id } : undefined) },
    experiments: {
      loaded: true,
      run: (id: string) => (id === 'known' ? runDetail(id) : undefined),
      experiment: (id: string) => ({ name: `experiment ${id}` }),
    },
    ensureDetail: async (id: string) => ({ ...runDetail(id), name: `run ${id}` }),
    ensureSteps: async (id: string) => {
      asked.push(['steps', id]);
      return [];
    },
    call: async (route: string, request: object) => {
      asked.push([route, request]);
      return route === 'GET /api/info'
        ? { storeBytes: 5 }
        : { pipelineRunId: 'p9', name: 'model', version: '3' };
    },
  };
  return { session: session as unknown as FolderSession, raw: session, asked, runs };
}

describe('what a command of a page is called with', () => {
  it('is a step with what holds it read, found by its own id alone', async () => {
    const { session, asked } = make();
    const [step] = await argumentsOf('runlens.runStep', { stepRunId: 's1' }, session);
    assert.deepEqual(step, {
      ...{ kind: 'step', pipelineRunId: 'p9', id: 's1' },
      ...{ key: '/w/digits|step|s1', session },
    });
    assert.deepEqual(asked, [
      ['GET /api/steps/:id', { id: 's1' }],
      ['steps', 'p9'],
    ]);
  });

  it('are the runs as rows, the first one clicked and all selected', async () => {
    const { session } = make();
    const [first, all] = await argumentsOf('runlens.deleteRun', { runIds: ['a', 'b'] }, session);
    assert.equal((first as { runId: string }).runId, 'a');
    assert.deepEqual(
      (all as { runId: string }[]).map(({ runId }) => runId),
      ['a', 'b'],
    );
  });

  it('is the place with the target for what only panels open', async () => {
    const { session } = make();
    const target = { runIds: ['a'], path: 'x.csv' };
    assert.deepEqual(await argumentsOf('runlens.openRunFile', target, session), [
      { ...target, place: '/w/digits' },
    ]);
    assert.deepEqual(await argumentsOf('runlens.showLog', {}, session), []);
    assert.deepEqual(await argumentsOf('runlens.revealRun', { runIds: ['a'] }, session), ['a']);
  });
});

describe('a place', () => {
  it('is told with what can be done there', async () => {
    const { session, raw } = make();
    let isTrusted = true;
    const places = new Places({
      sessions: { all: [session], ofRun: () => undefined },
      sources: { all: [], ofRun: () => undefined },
      isTrusted: () => isTrusted,
    });
    const about = { id: '/w/digits', name: 'digits', source: undefined };
    assert.deepEqual(places.describe(session), { ...about, canWrite: true, canRun: true });
    isTrusted = false;
    raw.readOnlyReason = 'Restricted Mode';
    assert.deepEqual(places.describe(session), { ...about, canWrite: false, canRun: false });
    assert.deepEqual(await places.status(session), { kind: 'up', storeBytes: 5 });
    assert.equal(places.need(placeId(session)), session);
    assert.throws(() => places.need('/gone'), { code: 'place.unknown' });
  });
});

describe('the title of a panel', () => {
  const only = { isOnly: true, t: english };
  it('is the name of its subject, with its folder where there are several', async () => {
    const { session } = make();
    assert.equal(await titleOf({ kind: 'run', runId: 'b' }, session, only), 'run b');
    const runs = { kind: 'runs', experimentIds: ['1', '2', '3'] } as const;
    assert.equal(await titleOf(runs, session, only), 'experiment 1 and 2 more');
    assert.equal(
      await titleOf({ kind: 'artifact', artifactId: 'a' }, session, { isOnly: false, t: english }),
      'model v3 · digits',
    );
  });

  it('is looked at again when the subject gets another name', () => {
    const event = { type: 'run', run: runDetail('a') } as const;
    assert.equal(renames(event, { kind: 'run', runId: 'a' }), true);
    assert.equal(renames(event, { kind: 'run', runId: 'b' }), false);
    assert.equal(renames(event, { kind: 'runs' }), false);
  });
});
