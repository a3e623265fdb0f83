// Progress of steps: announced five times a second at most, and the last word always.
import { deepStrictEqual, strictEqual } from 'node:assert';
import { CHAIN, setUp } from '../../support/engineCases';
import { start } from '../../support/pipelines';

describe('progress', () => {
  it('is announced at most five times a second, the last one always, and not kept', async () => {
    const { world, engine } = setUp();
    const seen: number[] = [];
    engine.progress.onDidAnnounce(({ progress }) => seen.push(progress.done));
    const task = await (await start(engine, CHAIN)).task();
    const commits = world.history.commits;
    for (let done = 1; done <= 100; done += 1) {
      engine.log({ id: task.stepRunId, lines: [], progress: { done, total: 100 } });
      await world.clock.pass(10);
    }
    deepStrictEqual(seen.length <= 6 && seen[0], 1);
    await world.clock.pass(1000);
    strictEqual(seen.at(-1), 100);
    strictEqual(world.history.commits, commits);
    strictEqual(world.logs.size, 0);
  });

  it('of several steps does not wait for each other', async () => {
    const { engine } = setUp();
    const seen: string[] = [];
    engine.progress.onDidAnnounce(({ stepId, progress }) =>
      seen.push(`${stepId} ${progress.done}`),
    );
    const one = await start(engine, CHAIN);
    const two = await start(engine, CHAIN, { pid: 200 });
    for (const worker of [one, two]) {
      const { stepRunId: id } = await worker.task();
      engine.log({ id, lines: [], progress: { done: 1 } });
    }
    deepStrictEqual(seen, ['load 1', 'load 1']);
  });
});
