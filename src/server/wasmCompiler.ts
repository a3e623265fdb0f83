// Keeps V8's optimising compiler for WebAssembly to one thread, so that it does not hold up a start.
import { setFlagsFromString } from 'node:v8';

/**
 * Within its first half second SQLite is hot enough for V8 to compile its largest functions anew: 250 ms of
 * work, by default in four threads at once. On two cores that stops the very thread that opens the store and
 * answers the first run. One thread makes the same code, and leaves a core to whoever waits.
 */
export function compileInOneThread(): void {
  setFlagsFromString('--wasm-num-compilation-tasks=1');
}
