/** The addresses of a run: as MLflow prints it, and as the editor's own. No VS Code. */

export interface RunAddress {
  readonly port: number;
  readonly runId: string;
  /** Where the address lies in the line. */
  readonly start: number;
  readonly length: number;
}

const PATTERN = /https?:\/\/(?:127\.0\.0\.1|localhost):(\d+)\/#\/experiments\/\w+\/runs\/(\w+)/g;

/** Addresses of runs in a line of a terminal. */
export function findRunAddresses(line: string): RunAddress[] {
  return [...line.matchAll(PATTERN)].map((match) => ({
    port: Number(match[1]),
    runId: match[2] ?? '',
    start: match.index,
    length: match[0].length,
  }));
}

/** The run of `vscode://runlens.runlens/run/<id>`. */
export const runOfPath = (path: string): string | undefined => /^\/run\/(\w+)$/.exec(path)?.[1];
