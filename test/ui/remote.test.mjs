// A team's MLflow server, behind a sign-in, is added by hand and compared with one's own runs.
import assert from 'node:assert/strict';
import { basic, guarded, openDoor, startMlflow } from '../support/mlflowServer.mjs';
import { python, until, usePerson } from './person.mjs';

const curve = (rate) => Array.from({ length: 40 }, (_, step) => Math.exp(-step * rate) + 0.05);

describe("a team's MLflow server", () => {
  let person;
  let mlflow;
  let door;
  before(async () => {
    mlflow = await startMlflow(python);
    door = await openDoor(mlflow.url, guarded(basic('ada', 'secret')));
    const vision = await mlflow.experiment('vision');
    await mlflow.run(vision, 'resnet-50', {
      metrics: { loss: curve(0.12) },
      params: { lr: '0.1' },
    });
    await mlflow.run(vision, 'vit-small', {
      metrics: { loss: curve(0.07) },
      params: { lr: '0.05' },
    });
  });
  after(async () => {
    await door?.close();
    await mlflow?.dispose();
  });
  usePerson((opened) => {
    person = opened;
  });

  const input = () => person.page.locator('.quick-input-widget input').first();
  const title = (text) => person.page.locator('.quick-input-widget', { hasText: text });

  /** Fills the box that asks with these words. */
  async function answer(question, text) {
    await title(question).waitFor();
    await input().fill(text);
    await person.page.keyboard.press('Enter');
  }
  async function pick(question, label) {
    const options = () => person.page.getByRole('option', { name: label }).first();
    await until(
      async () => (await input().getAttribute('placeholder'))?.includes(question),
      question,
    );
    await options().click();
  }
  async function logOwn(name, values) {
    const { port, tokens } = person.discovery();
    const post = async (route, body) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${route}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.tracking}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
      return response.json();
    };
    const { experiment_id } = await post('experiments/create', { name: 'my attempts' });
    const start_time = Date.now();
    const { run } = await post('runs/create', { experiment_id, run_name: name, start_time });
    const metrics = values.map((value, step) => ({
      key: 'loss',
      value,
      step,
      timestamp: start_time,
    }));
    const { run_id } = run.info;
    await post('runs/log-batch', { run_id, metrics });
    await post('runs/update', { run_id, status: 'FINISHED', end_time: start_time + 1 });
  }

  it('says so when the password is wrong', async () => {
    await person.openRunlens();
    await until(() => person.discovery(), 'the server');
    await logOwn('mine', curve(0.2));
    await person.waitForRow(/^Run mine/);
    await person.runCommand('Runlens: Add Remote MLflow Server…');
    await answer('Address of the MLflow server', `${door.url}/#/experiments/1`);
    await pick('How do you sign in', 'User Name and Password');
    await answer('User name', 'ada');
    await answer('Password of ada', 'wrong');
    const message = person.page.locator('.notification-list-item-message', {
      hasText: 'valid sign-in',
    });
    await message.first().waitFor();
    await person.runCommand('Notifications: Clear All Notifications');
    assert.ok(!(await person.rows()).some((row) => row.startsWith('MLflow server')));
  });

  it('is added with the right one and shows its runs', async () => {
    await person.runCommand('Runlens: Add Remote MLflow Server…');
    await answer('Address of the MLflow server', door.url);
    await pick('How do you sign in', 'User Name and Password');
    await answer('User name', 'ada');
    await answer('Password of ada', 'secret');
    await answer('Name in the tree', 'team');
    await pick('Show the server where', 'In All My Workspaces');
    await person.waitForRow(/^MLflow server, team/);
    await person.expand(/^MLflow server, team/);
    // A row that is drawn anew under the pointer swallows the click: then once more.
    await until(async () => {
      await person.expand(/^Experiment vision/);
      await person.page.waitForTimeout(500);
      return (await person.rows()).some((row) => /^Run resnet-50/.test(row));
    }, 'the runs of the team');
    await person.waitForRow(/^Run vit-small/);
  });

  it('is drawn with the own runs in one chart', async () => {
    await person.check(/^Experiment vision/, 'resnet-50');
    await person.check(/^Experiment vision/, 'vit-small');
    await person.runCommand('Runlens: Open Charts');
    await until(async () => {
      const { points, ink } = await person.chart('loss');
      return points === 120 && ink > 300;
    }, 'three lines');
    await person.screenshot('remote-charts-dark');
  });

  it('shows that it is down and when it is asked again, and recovers', async () => {
    await mlflow.stop();
    await person.waitForRow(/^MLflow server, team, unreachable, next try/, 90_000);
    await person.waitForRow(/^Run resnet-50/);
    await person.screenshot('remote-down-dark');
    await mlflow.start();
    await until(
      async () => (await person.rows()).includes('MLflow server, team'),
      'it is up',
      90_000,
    );
  });
});
