// VS Code calls run() in the extension host; a rejection fails the run.
import fs from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

export async function run(): Promise<void> {
  const grep = process.env.E2E_GREP;
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, ...(grep && { grep }) });
  for (const file of fs.readdirSync(__dirname).sort()) {
    if (file.endsWith('.test.js')) mocha.addFile(path.join(__dirname, file));
  }
  const results: object[] = [];
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) =>
      failures ? reject(new Error(`${failures} of ${runner.total} tests failed`)) : resolve(),
    );
    runner.on('pass', (t) => results.push({ title: t.fullTitle(), passed: true, ms: t.duration }));
    runner.on('fail', (t, e) =>
      results.push({ title: t.fullTitle(), passed: false, error: String(e.stack) }),
    );
    runner.on('end', () => {
      if (process.env.E2E_REPORT) {
        fs.writeFileSync(process.env.E2E_REPORT, JSON.stringify(results, null, 1));
      }
    });
  });
}
