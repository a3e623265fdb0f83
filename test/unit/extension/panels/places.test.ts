// The places of panels: whose runs are whose, and that an older state is never told after a newer one.
import assert from 'node:assert/strict';
import { Places } from '../../../../src/extension/panels/places';
import type { FolderSession } from '../../../../src/extension/session/folderSession';
import type { ServerState } from '../../../../src/extension/session/serverPort';

function make() {
  const server = {
    folder: { name: 'p', path: '/p', root: '/p' },
    state: { kind: 'up', discovery: undefined } as ServerState,
    experiments: { run: () => undefined },
    answer: async () => ({ storeBytes: 7 }),
    call: (): Promise<unknown> => server.answer(),
  };
  const session = server as unknown as FolderSession;
  const places = new Places({
    sessions: { all: [session], ofRun: () => undefined },
    sources: { all: [], ofRun: () => undefined },
    isTrusted: () => true,
  });
  return { places, session, server };
}

describe('the places of panels', () => {
  it('are found by what stays over windows, and said to be missing when they are not open', () => {
    const { places, session } = make();
    assert.equal(places.need('/p'), session);
    assert.throws(() => places.need('/q'), { code: 'place.unknown' });
  });

  it('tell their size while their server is up', async () => {
    const { places, session } = make();
    assert.deepEqual(await places.status(session), { kind: 'up', storeBytes: 7 });
  });

  it('are down when they went down while their size was asked for', async () => {
    const { places, session, server } = make();
    server.answer = async () => {
      server.state = { kind: 'down', message: 'It ended.' };
      return { storeBytes: 7 };
    };
    assert.deepEqual(await places.status(session), { kind: 'down', message: 'It ended.' });
  });
});
