// Keeps the event loop alive from the first line until the server listens. It is imported first:
// without a handle Node waits 170 ms for the WebAssembly compiler before it goes on.
const handle = setInterval(() => undefined, 0x7fffffff);

/** The server listens and holds the loop itself. */
export function releaseHold(): void {
  clearInterval(handle);
}
