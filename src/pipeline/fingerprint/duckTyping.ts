/** Methods called on values of unknown classes: could they be those of a class that was not reached? */
import type { SourceFile } from './sourceFile';

export class DuckTyping {
  /** Descriptions of the calls, by the name of the method. */
  private readonly calls = new Map<string, (() => string)[]>();

  note(method: string, describe: () => string): void {
    const known = this.calls.get(method);
    if (known) known.push(describe);
    else this.calls.set(method, [describe]);
  }

  /**
   * Calls of methods that only classes have which the step does not name. A class that it names
   * counts with all of its methods, so that a method of such a class is taken for the one called.
   */
  unresolved(
    files: readonly SourceFile[],
    isReached: (file: SourceFile, name: string) => boolean,
  ): string[] {
    if (this.calls.size === 0) return [];
    const reached = new Set<string>();
    const others = new Set<string>();
    for (const file of files) {
      for (const [name, methods] of file.methods) {
        for (const method of methods) (isReached(file, name) ? reached : others).add(method);
      }
    }
    const found = [...this.calls].flatMap(([method, calls]) =>
      others.has(method) && !reached.has(method) ? calls.map((describe) => describe()) : [],
    );
    return [...new Set(found)];
  }
}
