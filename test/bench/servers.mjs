// The servers under test: Runlens, and the real MLflow server in its fastest setup.
import fs from 'node:fs';
import path from 'node:path';
import { freePort, healthy, start, temporary } from './measure.mjs';

/** Starts Runlens's server on a root; answers what a client needs. */
export async function startRunlens(root, dist, state = temporary('state')) {
  const port = await freePort();
  const child = start(
    process.execPath,
    [path.join(dist, 'server.js'), '--root', root, '--port', String(port)],
    { RUNLENS_STATE_DIR: state },
  );
  await healthy(port, child);
  const [file] = fs.readdirSync(state).filter((f) => /^[0-9a-f]{32}\.json$/.test(f));
  const { tokens, pid } = JSON.parse(fs.readFileSync(path.join(state, file), 'utf8'));
  const headers = { authorization: `Bearer ${tokens.control}` };
  return { child, port, pid, state, root, tokens, headers };
}

/** SQLite, one worker, no job execution: its defaults add 44 ms to every kept-alive request. */
export async function startMlflow(python, folder = temporary('mlflow')) {
  const port = await freePort();
  const child = start(
    python,
    [
      '-m',
      'mlflow',
      'server',
      '--workers',
      '1',
      '--port',
      String(port),
      '--backend-store-uri',
      'sqlite:///mlflow.db',
    ],
    { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    folder,
  );
  await healthy(port, child, 120_000);
  return { child, port, pid: child.pid, headers: {} };
}
