/** Reads the JSON that MLflow's clients send, which is Python's: NaN and Infinity may stand bare. */
const BARE = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/**
 * The value of a JSON text. Bare NaN and Infinity become their strings; a text that old clients
 * encoded twice is decoded twice.
 * @throws SyntaxError when it is not JSON.
 */
export function parseClientJson(text: string): unknown {
  const value = parseLenient(text);
  return typeof value === 'string' ? parseLenient(value) : value;
}

function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.replace(BARE, (found) => (found.startsWith('"') ? found : `"${found}"`));
    if (quoted === text) throw error;
    return JSON.parse(quoted);
  }
}
