/** Standard output and error of the command line: lines, JSON, and colour only where it is wanted. */
export interface Output {
  line(text?: string): void;
  json(value: unknown): void;
  error(text: string): void;
  readonly paint: Paint;
}

export const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof COLOURS;
export type Paint = (colour: Colour, text: string) => string;

interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export function createOutput(
  streams: { readonly stdout: Stream; readonly stderr: Stream },
  env: Readonly<Record<string, string | undefined>>,
): Output {
  const colourful = streams.stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    line: (text = '') => void streams.stdout.write(`${text}\n`),
    json: (value) => void streams.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
    error: (text) => void streams.stderr.write(`${text}\n`),
    paint: (colour, text) => (colourful ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text),
  };
}
