// Following an import from the editor: its end is never missed, and its report says everything.
import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event';
import {
  endText,
  followTransfer,
  progressText,
  reportText,
} from '../../../../src/extension/commands/transferProgress';
import type { ServerState } from '../../../../src/extension/session/serverPort';
import type { TransferState } from '../../../../src/protocol/control';
import type { ServerEvent } from '../../../../src/protocol/events';

const counts = {
  experiments: 1,
  seen: 3,
  runs: 2,
  points: 40,
  files: 0,
  bytes: 0,
  models: 0,
  registeredModels: 0,
  modelVersions: 0,
};
const state = (more: Partial<TransferState> = {}): TransferState => ({
  id: 't1',
  kind: 'import',
  path: '/data/mlruns',
  state: 'done',
  counts,
  notes: [],
  notesLeftOut: 0,
  ...more,
});

describe('following a transfer', () => {
  const events = new Emitter<ServerEvent>();
  const states = new Emitter<ServerState>();
  const fire = (transfer: TransferState) => events.fire({ type: 'transfer', transfer });

  const follow = (start: () => Promise<{ id: string }>) => {
    const calls: string[] = [];
    const seen: TransferState[] = [];
    let cancel: () => void = () => undefined;
    const ended = followTransfer({
      server: {
        onEvent: events.event,
        onDidChangeState: states.event,
        call: async (route: string) => {
          calls.push(route);
          return state() as never;
        },
      },
      kind: 'import',
      start,
      onProgress: (now) => seen.push(now),
      onCancel: (listener) => {
        cancel = listener;
        return { dispose: () => undefined };
      },
    });
    return { ended, calls, seen, cancel: () => cancel() };
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('shows progress, and asks for the last state when it is over', async () => {
    const { ended, calls, seen } = follow(async () => ({ id: 't1' }));
    await turn();
    fire(state({ state: 'running' }));
    fire(state({ id: 'other' }));
    await turn();
    assert.deepEqual([seen.length, calls], [1, []]);
    fire(state());
    assert.deepEqual(await ended, state());
    assert.deepEqual(calls, ['GET /api/imports/:id']);
  });

  it('does not miss an end that comes before the id', async () => {
    const { ended } = follow(async () => {
      fire(state());
      return { id: 't1' };
    });
    assert.equal((await ended).state, 'done');
  });

  it('cancels, and ends when the server does', async () => {
    const { ended, calls, cancel } = follow(async () => ({ id: 't1' }));
    await turn();
    cancel();
    assert.deepEqual(calls, ['POST /api/imports/:id/cancel']);
    states.fire({ kind: 'down', message: 'gone' });
    await assert.rejects(ended, /The server ended/);
  });
});

describe('words about a transfer', () => {
  it('count what was done and what was not', () => {
    assert.equal(progressText(state({ totalRuns: 9 })), '3 of 9 runs, 40 points, 0 B');
    assert.equal(endText(state()), 'Imported from /data/mlruns: 1 experiment, 2 runs, 40 points.');
    const notes = [{ where: 'a.txt', what: 'It is gone.' }];
    assert.match(endText(state({ notes, notesLeftOut: 1 })), / The report has 2 notes\.$/);
    const text = reportText(state({ notes, notesLeftOut: 5 }));
    assert.match(text, /^# Import from \/data\/mlruns\n/);
    assert.match(text, /\* `a.txt`: It is gone\.\n\* and 5 more\n$/);
  });
});
