// Progress for people: numbered steps with their time, and a clear end when one fails.
export const say = (line = '') => process.stdout.write(`${line}\n`);

/** Runs one titled part of a script and prints how long it took. */
export async function stage(title, action) {
  const started = Date.now();
  say(`• ${title}`);
  const result = await action();
  say(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Ends the script with a message instead of a stack trace, which helps nobody who only wants to start it. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
