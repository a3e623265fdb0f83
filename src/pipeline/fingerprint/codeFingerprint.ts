/** Fingerprints of a step's code and of every workspace definition it reaches. */
import type { Disposable } from '../../base/disposable';
import type { CachePolicy, FingerprintComponent, SourceRef } from '../../domain/pipeline';
import { CANONICAL_VERSION } from '../../syntax/canonical';
import { type ModuleFacts, moduleFacts } from '../../syntax/facts';
import type { PythonParser } from '../../syntax/parser';
import type { SourceReader } from '../ports';
import { digestOf } from './digest';
import { ownRoot } from './imports';
import { Reach } from './reach';
import { SourceFile } from './sourceFile';

/** Folders, relative to the root ('' is the root), in which imports are resolved, in order. */
export interface ImportRoots {
  readonly folders: readonly string[];
}

export interface CodeFingerprint {
  readonly components: readonly FingerprintComponent[];
  /** What was seen and could not be followed, with its place. */
  readonly notTracked: readonly string[];
  /** Every workspace file that was read; `digest` is the SHA-256 of its UTF-8 text. */
  readonly files: readonly { readonly file: string; readonly digest: string }[];
  /** Whether a file among them does not parse: its functions are then keyed by their text. */
  readonly broken: boolean;
}

/** Keeps the parsed files; each is parsed again only when its version changes. */
export class CodeFingerprinter implements Disposable {
  private readonly kept = new Map<string, { version: string; source: SourceFile }>();

  constructor(
    private readonly o: { parser: PythonParser; reader: SourceReader; roots: ImportRoots },
  ) {}

  /**
   * The code of a step; undefined when the function is not there and its policy asks for its code.
   * @param policy what of code counts: `code` and `sources`.
   */
  ofStep(
    source: SourceRef,
    policy: Pick<CachePolicy, 'code' | 'sources'> = {},
  ): CodeFingerprint | undefined {
    const roots = [...new Set([ownRoot(source.file, source.module), ...this.o.roots.folders])];
    // One file is asked for many times while a step is followed.
    const seen = new Map<string, SourceFile | undefined>();
    const open = (file: string) => {
      if (!seen.has(file)) seen.set(file, this.open(file));
      return seen.get(file);
    };
    const reach = new Reach(open, roots);
    if (policy.code !== false && !reach.step(source)) return undefined;
    const missing = (policy.sources ?? []).filter((path) => !reach.further(path, source));
    const files = [...seen.values()].flatMap((file) => file ?? []);
    const components = reach.components();
    return {
      components: components.length > 0 ? [...components, this.parserComponent()] : [],
      notTracked: [
        ...reach.notTracked(files),
        ...missing.map((path) => `${path} of the cache policy is not in the workspace`),
      ],
      files: files.map(({ file, digest }) => ({ file, digest })),
      broken: files.some(({ isBroken }) => isBroken),
    };
  }

  /** Facts about a file as it is now; undefined when there is no such file. */
  factsOf(file: string): ModuleFacts | undefined {
    const source = this.open(file);
    return source && moduleFacts(source.tree);
  }

  /** SHA-256 of a file's text as it is now. */
  digestOf(file: string): string | undefined {
    return this.open(file)?.digest;
  }

  dispose(): void {
    for (const { source } of this.kept.values()) source.tree.dispose();
    this.kept.clear();
  }

  private open(file: string): SourceFile | undefined {
    const now = this.o.reader.read(file);
    const before = this.kept.get(file);
    if (now && before?.version === now.version) return before.source;
    if (!now) {
      before?.source.tree.dispose();
      this.kept.delete(file);
      return undefined;
    }
    const source = new SourceFile(file, this.o.parser.parse(now.text, before?.source.tree));
    before?.source.tree.dispose();
    this.kept.set(file, { version: now.version, source });
    return source;
  }

  private parserComponent(): FingerprintComponent {
    const display = `${this.o.parser.version}, form ${CANONICAL_VERSION}`;
    return { name: 'parser', digest: digestOf(display), display };
  }
}
