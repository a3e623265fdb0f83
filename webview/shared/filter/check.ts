/** Whether a filter can be understood, and if not, where and what would be right. */

import { nearNames } from '../../../src/domain/near';
import { SearchError } from '../../../src/domain/search/error';
import { parseFilter } from '../../../src/domain/search/parse';
import type { Subject } from '../../../src/domain/search/subjects';
import { t } from '../texts';

export interface Refused {
  readonly message: string;
  readonly from: number;
  /** Behind what is marked; at least one character. */
  readonly to: number;
  /** The nearest first; at most eight. */
  readonly valid: readonly string[];
  /** Nothing in it is wrong: its end is missing. */
  readonly isUnfinished?: boolean;
}

const MOST_VALID = 8;
const MARKED = /^(?:`[^`]*`?|"[^"]*"?|'[^']*'?|[^\s()]+|.)/su;

/** Undefined: it can be. */
export function refusalOf(text: string, subject: Subject): Refused | undefined {
  try {
    parseFilter(text, subject, Date.now());
    return undefined;
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    return unfinished(text, subject) ?? located(text, error);
  }
}

/** With one of these behind it, half a clause is a whole one. */
const ENDS = ["'", '"', ' 1', " 'x'", ' = 1', " = 'x'", " ('x')", "'x')", "')", ' 1)', ')'];

/** The parser names what it could not read; that the rest is still to be written says more. */
function unfinished(text: string, subject: Subject): Refused | undefined {
  const said = text.trimEnd();
  if (!ENDS.some((end) => isFilter(said + end, subject))) return undefined;
  const from = Math.max(0, said.search(/\S+$/u));
  const message = t('The last clause is not finished.');
  return { message, from, to: Math.max(from + 1, said.length), valid: [], isUnfinished: true };
}

function isFilter(text: string, subject: Subject): boolean {
  try {
    parseFilter(text, subject, Date.now());
    return true;
  } catch (error) {
    if (error instanceof SearchError) return false;
    throw error;
  }
}

export function located(
  text: string,
  error: { readonly message: string; readonly position: number; readonly valid: readonly string[] },
): Refused {
  const from = Math.min(Math.max(0, error.position), text.length);
  const marked = MARKED.exec(text.slice(from))?.[0] ?? '';
  // Of `metricz.loss` it may be the part before the point.
  const [entity = ''] = marked.split('.');
  const near = [...nearNames(marked, error.valid), ...nearNames(entity, error.valid)];
  // MLflow's sentences name most of them: what is said is not said again, but for the nearest.
  const unsaid = error.valid.filter((name) => !error.message.includes(`'${name}'`));
  const valid = [...new Set([...near, ...unsaid])].slice(0, MOST_VALID);
  return { message: error.message, from, to: from + Math.max(1, marked.length), valid };
}
