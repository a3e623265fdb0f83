/** Stands for `vscode.l10n.t` where there is no editor: English, with the holes filled in. */
export const english = (text: string, ...values: readonly (string | number)[]): string =>
  text.replace(/\{(\d+)\}/g, (_, at) => String(values[Number(at)]));
