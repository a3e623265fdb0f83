// Runs npm and other programs, and shows the last lines of what failed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Installs exact versions into a directory of their own, without running any install script. */
export function npmInstall(dir, specs) {
  fs.mkdirSync(dir, { recursive: true });
  const file = path.join(dir, 'package.json'); // keeps npm from walking up to the project's package.json
  if (!fs.existsSync(file)) fs.writeFileSync(file, '{ "private": true }\n');
  npm(dir, ['install', '--ignore-scripts', '--save-exact', ...specs]);
}

export function npm(cwd, args) {
  const env = {
    ...process.env,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_engine_strict: 'false',
  };
  for (const k of Object.keys(env)) {
    // set by an outer `npm run`; they describe the other project
    if (
      /^npm_(package|lifecycle|config_(local_prefix|prefix|global|workspace|omit|production|save))/i.test(
        k,
      ) ||
      k === 'INIT_CWD'
    )
      delete env[k];
  }
  exec('npm', args, { cwd, env });
}

/** Runs a program, returns its stdout; on failure throws with its last lines. */
export function exec(
  command,
  args,
  { cwd, env, title = `${path.basename(command)} ${args.join(' ')}` } = {},
) {
  const r = spawnSync(command, args, {
    cwd,
    env: env ?? process.env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (r.error) throw new Error(`${title}: ${r.error.message}`);
  if (r.status !== 0) {
    const tail = `${r.stdout}\n${r.stderr}`.trim().split('\n').slice(-30).join('\n    ');
    throw new Error(
      `${title} failed (exit code ${r.status ?? r.signal}${cwd ? `, in ${cwd}` : ''}). Its last lines:\n    ${tail}`,
    );
  }
  return r.stdout;
}
