import fs from 'node:fs';
import * as vscode from 'vscode';
import { onlySession, folderPath } from '../editor';
import { until } from '../ui';
describe('zzrestart', () => {
  it('loop', async () => {
    const { session } = await onlySession();
    const log: string[] = [];
    session.server.onDidChangeState((s) => log.push(`${Date.now()} ${JSON.stringify(s).slice(0, 200)}`));
    try {
      for (let i = 0; i < 25; i += 1) {
        log.push(`${Date.now()} restart ${i}`);
        await Promise.race([session.restartServer(), new Promise((_, r) => setTimeout(() => r(new Error('slow restart')), 8000))]);
        await until(() => session.state.kind === 'up', 5000);
        if (i % 2) { process.kill((session.state as any).discovery.pid, 'SIGKILL'); await new Promise(r=>setTimeout(r, 300)); await until(() => session.state.kind === 'up', 9000); }
      }
    } finally {
      fs.writeFileSync('/tmp/zz.log', log.join('\n') + '\n' + fs.readFileSync(folderPath() + '/.runlens/logs/server.log', 'utf8'));
    }
  }).timeout(120000);
});
