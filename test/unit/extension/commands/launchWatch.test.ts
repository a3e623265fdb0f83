import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event';
import { type LaunchEvent, LaunchWatch } from '../../../../src/extension/commands/launchWatch';
import type { ServerEvent } from '../../../../src/protocol/events';

const event = (launchId: string, status: LaunchEvent['status']): LaunchEvent => ({
  type: 'launch',
  launchId,
  status,
});

describe('LaunchWatch', () => {
  let events: Emitter<ServerEvent>;
  let watch: LaunchWatch;

  beforeEach(() => {
    events = new Emitter();
    watch = new LaunchWatch(events.event);
  });
  afterEach(() => watch.dispose());

  it('settles with the last event of its launch, not with those before or of others', async () => {
    const ended = watch.ended('a');
    for (const status of ['queued', 'starting', 'running'] as const)
      events.fire(event('a', status));
    events.fire(event('b', 'ended'));
    assert.ok(!watch.isOver('a'));
    events.fire(event('a', 'failed'));
    assert.equal((await ended).status, 'failed');
    assert.ok(watch.isOver('a'));
  });

  it('knows an end that came before anyone asked', async () => {
    events.fire(event('a', 'ended'));
    assert.equal((await watch.ended('a')).launchId, 'a');
    assert.ok(watch.isOver('a'));
  });
});
