/** Whether a filter can be understood, and if not, where and what would be right. */

import { nearNames } from '../../../src/domain/near';
import { SearchError } from '../../../src/domain/search/error';
import { parseFilter } from '../../../src/domain/search/parse';
import type { Subject } from '../../../src/domain/search/subjects';

export interface Refused {
  readonly message: string;
  readonly from: number;
  /** Behind what is marked; at least one character. */
  readonly to: number;
  /** The nearest first; at most eight. */
  readonly valid: readonly string[];
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
    return located(text, error);
  }
}

export function located(
  text: string,
  error: { readonly message: string; readonly position: number; readonly valid: readonly string[] },
): Refused {
  const from = Math.min(Math.max(0, error.position), text.length);
  const marked = MARKED.exec(text.slice(from))?.[0] ?? '';
  const near = nearNames(marked, error.valid);
  const valid = [...new Set([...near, ...error.valid])].slice(0, MOST_VALID);
  return { message: error.message, from, to: from + Math.max(1, marked.length), valid };
}
