/** Words for a POSIX shell. */

/** A word that the shell reads as exactly this text. */
export const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
