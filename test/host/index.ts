// Mocha in the extension host. The driver calls run() and takes its rejection as failure. Which tests run depends on the
// window that was opened: RUNLENS_HOST_TESTS names their folder.
import fs from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

export async function run(): Promise<void> {
  const grep = process.env.E2E_GREP;
  const folder = path.join(__dirname, process.env.RUNLENS_HOST_TESTS ?? 'window');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, ...(grep && { grep }) });
  for (const file of fs.readdirSync(folder).sort()) {
    if (file.endsWith('.test.js')) mocha.addFile(path.join(folder, file));
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
