/** Tells what is found in the open documents, a moment after something changed, and only what changed. */
import type { Disposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import { Emitter } from '../base/event';
import type { Finding } from './features/finding';
import { projectFindings } from './features/projectFile';
import { type OpenDocument, slashed, uriOf } from './openDocuments';
import type { OpenProjects } from './openProjects';
import type { RootService } from './rootService';
import type { StoreSession } from './storeSession';
import { type DocumentView, inView, shows, type Views } from './views';

/** Nobody reads them while typing. */
const PAUSE_MS = 250;

/** A finding as the editor shows it: related places by URI. */
export interface ShownFinding extends Omit<Finding, 'related' | 'fixes'> {
  readonly related: readonly {
    readonly uri: string;
    readonly line: number;
    readonly message: string;
  }[];
}
export interface FoundIn {
  readonly uri: string;
  readonly findings: readonly ShownFinding[];
}

export class Findings implements Disposable {
  private readonly found = new Emitter<FoundIn>();
  readonly onFound = this.found.event;
  /** What was told, by document. */
  private readonly told = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private isDisposed = false;

  constructor(
    private readonly views: Views,
    private readonly projects: OpenProjects,
    private readonly serviceAt: (path: string) => RootService | undefined,
    private readonly warn: (message: string) => void,
  ) {}

  /** Looks again after a moment; several wishes are one. */
  later(): void {
    if (this.isDisposed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tellAll().catch((error: unknown) =>
        this.warn(`What is wrong in open documents could not be told: ${messageOf(error)}`),
      );
    }, PAUSE_MS);
  }

  /** A document is closed. */
  forget(uri: string): void {
    if (this.told.delete(uri)) this.found.fire({ uri, findings: [] });
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    this.found.dispose();
  }

  private async tellAll(): Promise<void> {
    for (const [uri, { kind, file }] of this.projects.all()) {
      this.tell(
        uri,
        projectFindings(kind, file).map((finding) => ({ ...finding, related: [] })),
      );
    }
    const known = new Map<OpenDocument, readonly Finding[]>();
    const asked = new Set<StoreSession>();
    for (const view of this.views.all()) {
      const { document } = view;
      const service = this.serviceAt(document.path);
      // While it does not parse, what was found before stays.
      if (!service || document.facts.hasErrors) continue;
      const findings = known.get(document) ?? service.insight.findings(document);
      const { session } = service.lenses;
      if (session.isLoading) asked.add(session);
      if (!known.has(document)) {
        known.set(document, findings);
        // Keys that were pressed meanwhile go first.
        await new Promise((resolve) => setImmediate(resolve));
      }
      // It may have been edited or closed meanwhile; then it is looked at again.
      if (this.views.of(view.uri)?.document === document) {
        this.tell(view.uri, findingsIn(view, findings, service.root));
      }
    }
    // What the store had not answered yet is looked at when it has.
    for (const session of asked) void session.settled().then(() => this.later());
  }

  private tell(uri: string, findings: readonly ShownFinding[]): void {
    const text = JSON.stringify(findings);
    if ((this.told.get(uri) ?? '[]') === text) return;
    this.told.set(uri, text);
    this.found.fire({ uri, findings });
  }
}

function findingsIn(
  view: DocumentView,
  findings: readonly Finding[],
  root: string,
): ShownFinding[] {
  return findings
    .filter(({ range }) => shows(view, range.start.line))
    .map(({ related = [], fixes: _, ...finding }) => ({
      ...finding,
      range: inView(view, finding.range),
      related: related.map(({ file, line, message }) => ({
        uri: uriOf(`${slashed(root)}/${file}`),
        line: line - 1,
        message,
      })),
    }));
}
