/** Where lenses stand: the decorated functions of a document, also while its text has errors. */
import type { ModuleFacts } from '../syntax/facts';
import type { LensFact } from './features/codeLens';
import type { OpenDocument } from './openDocuments';

/**
 * A text with errors can hide functions from the parser; those known from the newest text without
 * errors stay, where their decorator's line still stands.
 */
export function factsForLenses(document: OpenDocument): LensFact[] {
  const now = lensFactsOf(document.facts);
  if (!document.facts.hasErrors || !document.parsed) return now;
  const isFound = new Set(now.map(identity));
  const kept = lensFactsOf(document.parsed.facts)
    .filter((fact) => !isFound.has(identity(fact)))
    .flatMap((fact) => movedTo(fact, document.parsed?.text ?? '', document.text));
  return [...now, ...kept].sort((a, b) => a.line - b.line);
}

export function lensFactsOf({ steps, pipelines }: ModuleFacts): LensFact[] {
  return [
    ...steps.map((fact) => ({ ...fact, kind: 'step' as const })),
    ...pipelines.map((fact) => ({ ...fact, kind: 'pipeline' as const })),
  ]
    .map(({ kind, name, qualname, decoratorLine }) => ({
      kind,
      name,
      qualname,
      line: decoratorLine - 1,
    }))
    .sort((a, b) => a.line - b.line);
}

const identity = ({ kind, qualname }: LensFact): string => `${kind} ${qualname}`;

/** The fact at its line in the new text; nothing when that line was changed. */
function movedTo(fact: LensFact, before: string, after: string): LensFact[] {
  const old = before.split('\n');
  const now = after.split('\n');
  let head = 0;
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
  const shift = now.length - old.length;
  const line = fact.line < head ? fact.line : fact.line + shift;
  return line >= 0 && now[line] === old[fact.line] ? [{ ...fact, line }] : [];
}
