/** Which picture of a run a file is, and at which step it was logged: told by its name. */

export interface PictureStep {
  /** What all steps of one picture have in common: `images/samples`. */
  readonly name: string;
  /** `.png`: a plot that is saved in two formats is two files of one step. */
  readonly ending: string;
  /** Whole; undefined: its name tells none. */
  readonly step: number | undefined;
  /** Milliseconds; of two of one step the later counts. 0: its name tells none. */
  readonly time: number;
}

const PICTURE = /\.(png|jpe?g|gif|webp|bmp|svg|avif)$/i;
/** MLflow keeps a small copy beside each. */
const COMPRESSED = /[%+]compressed\.[^./]+$/;
/** As MLflow's `log_image` names them: `images/<key>%step%<step>%timestamp%<ms>%<id>.png` (`+` in older ones). */
const LOGGED = /^(.*?)[%+]step[%+](-?\d+)[%+]timestamp[%+](\d+)[%+][^/]*$/s;
/** The last number of a name: `samples_step_0010.png`, `epoch-3-val.png`. */
const NUMBERED = /^(.*?)[_\- ]?(\d+)([^\d/]*)$/s;
/** Behind a name, what the number counts. */
const COUNTED = /(?<=[^/])[_\- ](?:step|epoch|iter)$/i;

/** Undefined: the file is no picture. */
export function pictureStep(path: string): PictureStep | undefined {
  if (!PICTURE.test(path) || COMPRESSED.test(path)) return undefined;
  const end = path.lastIndexOf('.');
  const ending = path.slice(end);
  const [, key, logged, time] = LOGGED.exec(path) ?? [];
  if (key !== undefined) return { name: key, ending, step: Number(logged), time: Number(time) };
  const [, before = '', number, after = ''] = NUMBERED.exec(path.slice(0, end)) ?? [];
  const step = Number(number);
  if (number === undefined || !Number.isSafeInteger(step)) {
    return { name: path, ending, step: undefined, time: 0 };
  }
  const named = `${before.replace(COUNTED, '')}${after}`;
  const isBare = named === '' || named.endsWith('/');
  return { name: isBare ? `${named}*` : named, ending, step, time: 0 };
}
