/** Other people's text in Markdown: shown as it is, in one line. Knows no VS Code. */

export const plainMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-!|<>~&]/g, '\\$&').replace(/\r\n?|[\n\u2028\u2029]/g, ' ');
