/** A chart as a file: a picture, or its data as CSV or JSON. */

import { csvField } from '../table/copy';
import { colourOf, dashOf, type Theme } from '../theme';
import { shortened } from './drawing';

/** What a chart shows, as a table. Undefined: nothing there. */
export interface ChartData {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

export interface ExportedFile {
  readonly name: string;
  readonly base64: string;
}

export type ChartFormat = 'png' | 'csv' | 'json';

export interface ChartPicture {
  readonly canvas: HTMLCanvasElement;
  readonly theme: Theme;
  /** Names of the lines below the picture. */
  readonly legend: readonly { readonly name: string; readonly slot: number }[];
}

export interface ExportParts {
  /** For PNG: of a chart that is in view. */
  readonly picture: ChartPicture | undefined;
  /** For CSV and JSON. */
  readonly data: ChartData | undefined;
}

/** Undefined when there is nothing to save. */
export function exportChart(
  format: ChartFormat,
  name: string,
  { picture, data }: ExportParts,
): ExportedFile | undefined {
  const file = `${fileName(name)}.${format}`;
  if (format !== 'png') {
    const text = data && (format === 'csv' ? csvOf(data) : jsonOf(data));
    return text === undefined ? undefined : { name: file, base64: base64Of(text) };
  }
  if (!picture) return undefined;
  const url = pictureOf(name, picture).toDataURL('image/png');
  return { name: file, base64: url.slice(url.indexOf(',') + 1) };
}

export function csvOf({ heads, rows }: ChartData): string {
  const line = (cells: readonly (string | number | undefined)[]) =>
    cells.map((cell) => csvField(cell === undefined ? '' : String(cell))).join(',');
  return `${[heads, ...rows].map(line).join('\n')}\n`;
}

/** One object per row; NaN and infinities, which JSON does not have, as text. */
export function jsonOf({ heads, rows }: ChartData): string {
  const value = (cell: string | number | undefined) =>
    typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : (cell ?? null);
  const keys = keysOf(heads);
  const objects = rows.map((row) =>
    Object.fromEntries(keys.map((key, i): [string, unknown] => [key, value(row[i])])),
  );
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** Two runs may have one name, and a third the name that the second would get. */
function keysOf(heads: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return heads.map((head) => {
    let key = head;
    for (let nth = 2; taken.has(key); nth += 1) key = `${head} (${nth})`;
    taken.add(key);
    return key;
  });
}

/** What any file system takes; never empty. */
export function fileName(name: string): string {
  const clean = name.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/^[\s.-]+|[\s.-]+$/g, '');
  // By letters: half of one is no text.
  return clean === '' ? 'chart' : [...clean].slice(0, 80).join('');
}

export function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  const CHUNK = 0x8000;
  for (let from = 0; from < bytes.length; from += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return btoa(binary);
}

const LINE = 18;
const PAD = 12;

/** The canvas on the editor's background, with a title above and the names of its lines below. */
function pictureOf(name: string, { canvas, theme, legend }: ChartPicture): HTMLCanvasElement {
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const made = document.createElement('canvas');
  const below = legend.length * LINE + (legend.length > 0 ? PAD : 0);
  const height = canvas.height / scale;
  made.width = canvas.width + 2 * PAD * scale;
  made.height = (height + LINE + 3 * PAD + below) * scale;
  const context = made.getContext('2d');
  if (!context) return made;
  context.scale(scale, scale);
  context.fillStyle = theme.editor;
  context.fillRect(0, 0, made.width / scale, made.height / scale);
  context.fillStyle = theme.foreground;
  context.font = `600 13px ${theme.font}`;
  context.fillText(shortened(name, 80), PAD, PAD + 12);
  context.drawImage(canvas, PAD, PAD * 2 + LINE, canvas.width / scale, height);
  context.font = `12px ${theme.font}`;
  for (const [index, each] of legend.entries()) {
    const y = height + LINE + PAD * 3 + index * LINE;
    context.strokeStyle = colourOf(theme, each.slot);
    context.lineWidth = 3;
    context.setLineDash(dashOf(each.slot));
    context.beginPath();
    context.moveTo(PAD, y);
    context.lineTo(PAD + 24, y);
    context.stroke();
    context.fillText(shortened(each.name, 80), PAD + 32, y + 4);
  }
  return made;
}
