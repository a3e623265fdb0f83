/** A cell as text and as a value: for copies, titles, fitting and speech. */
import { assertNever } from '../../../src/base/assertNever';
import type { Json } from '../../../src/base/json';
import { durationText } from '../../../src/base/timeText';
import { formatMetric } from '../../../src/domain/display';
import type { Cell } from './cells';

/** With all digits; times in ISO 8601; nothing for what is missing. */
export function copyText(cell: Cell): string {
  switch (cell.is) {
    case 'missing':
    case 'loading':
    case 'elapsed':
      return '';
    case 'number':
      return String(cell.value);
    case 'text':
      return cell.text;
    case 'status':
      return cell.text ?? cell.status;
    case 'time':
      return isoText(cell.at);
    case 'duration':
      return durationText(cell.ms);
    case 'swatch':
      return cell.shown ? 'shown' : '';
    case 'check':
      return cell.checked ? 'selected' : '';
    case 'spark':
      return cell.spark.label;
    case 'stats':
      return cell.mean === undefined ? '' : String(cell.mean);
    case 'custom':
      return cell.text;
    default:
      return assertNever(cell);
  }
}

/** Numbers as numbers, spans in milliseconds; what JSON has no number for as text. */
export function copyValue(cell: Cell): Json {
  switch (cell.is) {
    case 'missing':
    case 'loading':
    case 'elapsed':
      return null;
    case 'number':
      return Number.isFinite(cell.value) ? cell.value : String(cell.value);
    case 'duration':
      return cell.ms;
    case 'stats':
      return {
        n: cell.n,
        ...defined({ mean: cell.mean, sd: cell.sd, min: cell.min, max: cell.max }),
      };
    default:
      return copyText(cell);
  }
}

const defined = (values: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );

const isoText = (at: number): string =>
  Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '';

/** More digits of it say nothing about so few runs. */
const SD_DIGITS = 2;

/** `0.912 ± 0.0041 (n = 5)`. */
export function statsText({ n, mean, sd }: Extract<Cell, { is: 'stats' }>): string {
  if (mean === undefined) return `– (n = ${n})`;
  const spread = sd === undefined ? '' : ` ± ${formatMetric(Number(sd.toPrecision(SD_DIGITS)))}`;
  return `${formatMetric(mean)}${spread} (n = ${n})`;
}

/** Beside the value itself more digits are in the way; counts are told whole. */
const DELTA_DIGITS = 3;

/** `+0.012`; the minus is a real one. */
export function signed(by: number): string {
  if (Number.isNaN(by)) return 'NaN';
  const size = Math.abs(by);
  const text = formatMetric(Number.isInteger(by) ? size : Number(size.toPrecision(DELTA_DIGITS)));
  if (by === 0) return '±0';
  return by > 0 ? `+${text}` : `−${text}`;
}
