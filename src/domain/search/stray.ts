/** What of a text that is no filter MLflow would name: all that is neither a clause nor AND. */
import { PATTERNS, type Piece, RESERVED, Scanner } from './scanner';

const ANY = /\S/y;

export function strayPieces(text: string): string[] {
  const scanner = new Scanner(text);
  const found: (Piece & { readonly isClause: boolean })[] = [];
  while (!scanner.atEnd()) {
    const comma = scanner.take(/,/y);
    const last = found.at(-1);
    if (comma && last) {
      // A list is one piece, whatever its members are.
      const next = nextPiece(scanner);
      const end = next ? next.start + next.text.length : comma.start + 1;
      found[found.length - 1] = {
        text: text.slice(last.start, end),
        start: last.start,
        isClause: false,
      };
    } else if (!scanner.take(PATTERNS.and)) {
      const piece = nextPiece(scanner);
      if (piece) found.push(piece);
    }
  }
  return found.filter(({ isClause }) => !isClause).map((piece) => piece.text);
}

function nextPiece(scanner: Scanner): (Piece & { readonly isClause: boolean }) | undefined {
  const clause = scanner.attempt(takeClause);
  if (clause) return { ...clause, isClause: true };
  const piece =
    scanner.take(PATTERNS.name) ??
    scanner.take(PATTERNS.string) ??
    scanner.take(PATTERNS.number) ??
    scanner.take(PATTERNS.operator) ??
    scanner.take(PATTERNS.list) ??
    scanner.take(ANY);
  return piece && { ...piece, isClause: false };
}

function takeClause(scanner: Scanner): Piece | undefined {
  const name = scanner.take(PATTERNS.name);
  if (!name || RESERVED.test(name.text)) return undefined;
  const operator = scanner.take(PATTERNS.operator);
  if (!operator) return undefined;
  const words = operator.text.toUpperCase();
  if (words.startsWith('IS')) return { text: name.text, start: name.start };
  const value = words.endsWith('IN')
    ? scanner.take(PATTERNS.list)
    : (scanner.take(PATTERNS.string) ??
      scanner.take(PATTERNS.number) ??
      scanner.take(PATTERNS.name));
  if (!value) return undefined;
  const end = value.start + value.text.length;
  return { text: scanner.text.slice(name.start, end), start: name.start };
}
