/** SQL's LIKE over the whole text: `%` is any run of characters, `_` is one. */
export function matchesLike(
  text: string,
  pattern: string,
  options: { ignoreCase: boolean },
): boolean {
  const source = [...pattern].map(toRegex).join('');
  return new RegExp(`^${source}$`, options.ignoreCase ? 'isu' : 'su').test(text);
}

function toRegex(character: string): string {
  if (character === '%') return '.*';
  if (character === '_') return '.';
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
