/** Text as Python writes it, for MLflow's messages and for JSON that Python clients compare. */

/** `repr` of a text: in single quotes, unless it holds one and no double quote. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t');
  return quote + (quote === "'" ? escaped.replace(/'/g, "\\'") : escaped) + quote;
}

/** `json.dumps` with its defaults: a space behind `,` and `:`, and nothing but ASCII. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return toAscii(JSON.stringify(value));
  const members = Object.entries(value).map(
    ([key, member]) => `${toAscii(JSON.stringify(key))}: ${pythonJson(member)}`,
  );
  return `{${members.join(', ')}}`;
}

/** JSON text in which every character beyond ASCII is escaped. */
export const toAscii = (json: string): string =>
  json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
