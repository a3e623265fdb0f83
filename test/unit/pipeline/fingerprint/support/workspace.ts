/** A workspace in memory with a fingerprinter over it. */
import type { SourceRef } from '../../../../../src/domain/pipeline';
import {
  type CodeFingerprint,
  CodeFingerprinter,
} from '../../../../../src/pipeline/fingerprint/codeFingerprint';
import { explainDifference } from '../../../../../src/pipeline/fingerprint/difference';
import { keyOf } from '../../../../../src/pipeline/fingerprint/fingerprint';
import { pythonParser } from '../../../syntax/support/python';

export class Workspace {
  reads = 0;
  private readonly files = new Map<string, { text: string; version: string }>();
  private edits = 0;

  constructor(files: Readonly<Record<string, string>>) {
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  /** As an editor's unsaved buffer does: the text changes, with a new version. */
  write(file: string, text: string): void {
    this.files.set(file, { text, version: String(++this.edits) });
  }
  edit(file: string, find: string, replace: string): void {
    const { text } = this.files.get(file) ?? { text: '' };
    if (text.split(find).length !== 2) throw new Error(`${find} is not once in ${file}`);
    this.write(
      file,
      text.replace(find, () => replace),
    );
  }
  remove(file: string): void {
    this.files.delete(file);
  }
  read(file: string) {
    this.reads++;
    return this.files.get(file);
  }
}

export async function workspace(
  files: Readonly<Record<string, string>>,
  folders: readonly string[] = ['', 'src'],
): Promise<{ ws: Workspace; code: CodeFingerprinter }> {
  const parser = await pythonParser();
  const ws = new Workspace(files);
  const code = new CodeFingerprinter({ parser, reader: ws, roots: { folders } });
  return { ws, code };
}

export const ref = (qualname: string, file = 'train.py', module = '__main__'): SourceRef => ({
  file,
  module,
  qualname,
  line: 1,
});

/** The lines a person reads about what changed. */
export function changes(before: CodeFingerprint, after: CodeFingerprint): string[] {
  const whole = (code: CodeFingerprint) => ({
    key: keyOf(code.components),
    components: code.components,
    notTracked: code.notTracked,
  });
  return explainDifference(whole(before), whole(after)).map(({ text }) => text);
}
