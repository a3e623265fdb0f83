/** Acts on the page as a user; answered by the driver (test/support/editor/bridge.mjs). */
export async function ui<T = unknown>(method: string, ...args: unknown[]): Promise<T> {
  const bridge = process.env.E2E_BRIDGE;
  if (!bridge) throw new Error('E2E_BRIDGE is not set: start this suite with npm test -- host');
  const response = await fetch(bridge, { method: 'POST', body: JSON.stringify({ method, args }) });
  const { result, error } = (await response.json()) as { result: T; error?: string };
  if (error) throw new Error(error);
  return result;
}

type Falsy = false | null | undefined | 0 | '';

/** Asks again until the answer is truthy: views and webviews render a moment after the call that shows them. */
export async function until<T>(
  ask: () => Falsy | T | Promise<Falsy | T>,
  timeout = 20_000,
): Promise<T> {
  for (const end = Date.now() + timeout; ; ) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Timeout: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
