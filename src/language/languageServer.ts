/** The language server without its wire: documents in, what there is to say of them out. */
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/event';
import type {
  ConfigureParams,
  ServerStateParams,
  SignatureParams,
  SignatureReply,
} from '../protocol/lsp';
import type { TextPosition, TextRange } from '../syntax/facts';
import type { PythonParser } from '../syntax/parser';
import type { LensRow } from './features/codeLens';
import type { Proposal } from './features/completion';
import type { Finding, Fix, TextChange } from './features/finding';
import { entryPointLines, keyHover, keyProposals, projectOf } from './features/projectFile';
import { entryPointLenses } from './features/scriptLens';
import { entryPointSignature, signatureOf } from './features/signature';
import { type SymbolRow, symbolsOf } from './features/symbols';
import { Findings } from './findings';
import { OpenDocuments, pathOf, slashed, uriOf } from './openDocuments';
import { OpenProjects } from './openProjects';
import type { HoverRow } from './rootInsight';
import type { FileRange } from './rootNavigation';
import { RootService } from './rootService';
import { rootOf } from './roots';
import type { Connect } from './storeLink';
import { type DocumentView, type EditorCell, inDocument, inView, shows, Views } from './views';

/** An edit can change the lenses of other documents; typing goes on meanwhile. */
const EDIT_PAUSE_MS = 150;
/** Several reasons to draw anew within this time are one. */
const REFRESH_PAUSE_MS = 30;

export interface Surroundings {
  readonly parser: PythonParser;
  readonly connect: Connect;
  warn(message: string): void;
}

/** A place in a document of the editor. */
export interface Place {
  readonly uri: string;
  readonly range: TextRange;
}

/** A fix of a finding, with what it mends. */
export interface FixRow extends Fix {
  readonly finding: Finding;
}

export class LanguageServer implements Disposable {
  private readonly documents: OpenDocuments;
  private readonly views: Views;
  private readonly projects = new OpenProjects();
  /** By real path with `/`. */
  private readonly roots = new Map<string, RootService>();
  private readonly refresh = new Emitter<void>();
  /** All lenses should be asked for again. */
  readonly onRefresh = this.refresh.event;
  readonly findings: Findings;
  private timer: { readonly at: number; readonly clear: () => void } | undefined;

  constructor(
    private readonly surroundings: Surroundings,
    private options: ConfigureParams,
  ) {
    this.documents = new OpenDocuments(surroundings.parser);
    this.views = new Views(this.documents);
    this.findings = new Findings(
      this.views,
      this.projects,
      (path) => this.serviceAt(path),
      surroundings.warn,
    );
    this.configure(options);
  }

  configure(options: ConfigureParams): void {
    this.options = options;
    const wanted = new Map(options.folders.map(({ root }) => [slashed(root), root]));
    for (const [key, service] of this.roots) {
      if (wanted.has(key)) continue;
      service.dispose();
      this.roots.delete(key);
    }
    for (const [key, root] of wanted) {
      if (!this.roots.has(key)) this.roots.set(key, this.open(root));
    }
    this.refreshIn(REFRESH_PAUSE_MS);
  }

  setServer({ root, up }: ServerStateParams): void {
    this.roots.get(slashed(root))?.lenses.session.setServer(up);
  }

  setText(uri: string, version: number, text: string): void {
    if (this.projects.set(uri, text)) this.findings.later();
    else this.documents.set(uri, version, text);
    this.edited();
  }

  close(uri: string): void {
    this.projects.close(uri);
    this.documents.close(uri);
    this.findings.forget(uri);
    this.refreshIn(EDIT_PAUSE_MS);
  }

  /** The code cells of a notebook, in order. */
  setNotebook(uri: string, cells: readonly EditorCell[]): void {
    const before = this.views.cellsOf(uri);
    this.views.setNotebook(uri, cells);
    const now = new Set(cells.map((cell) => cell.uri));
    for (const cell of before) if (!now.has(cell)) this.findings.forget(cell);
    this.edited();
    // Its other cells have no event of their own.
    this.refreshIn(EDIT_PAUSE_MS);
  }

  closeNotebook(uri: string): void {
    for (const cell of this.views.cellsOf(uri)) this.findings.forget(cell);
    this.views.closeNotebook(uri);
    this.refreshIn(EDIT_PAUSE_MS);
  }

  /** Files changed on the disk. */
  filesChanged(): void {
    for (const { files } of this.roots.values()) files.changed();
    this.findings.later();
    this.refreshIn(EDIT_PAUSE_MS);
  }

  async lenses(uri: string): Promise<readonly LensRow[]> {
    const project = this.projects.get(uri);
    if (project) return this.projectLenses(uri);
    const view = this.views.of(uri);
    const service = view && this.serviceAt(view.document.path);
    if (!view || !service) return [];
    const rows = await service.lenses.lenses(view.document, this.options);
    return rows.flatMap((row) => {
      if (!shows(view, row.line)) return [];
      const line = row.line - view.first;
      const argument =
        row.argument && 'uri' in row.argument ? { ...row.argument, uri, line } : row.argument;
      return [{ ...row, line, ...(argument && { argument }) }];
    });
  }

  async hover(uri: string, at: TextPosition): Promise<HoverRow | undefined> {
    const project = this.projects.get(uri);
    if (project) return keyHover(project.kind, project.file, at);
    const { view, service } = this.placeOf(uri);
    if (!view || !service) return undefined;
    const found = await service.insight.hover(view.document, inDocument(view, at));
    return found && { ...found, range: inView(view, found.range) };
  }

  /** Offsets of the proposals are turned into ranges of the view. */
  async completions(
    uri: string,
    at: TextPosition,
  ): Promise<readonly (Proposal & { readonly range: TextRange })[]> {
    const { view, service } = this.placeOf(uri);
    if (!view || !service) return [];
    const place = inDocument(view, at);
    const offset = offsetAt(view.document.text, place);
    const found = await service.insight.completions(view.document, offset);
    return found.map((proposal) => {
      const character = Math.max(0, at.character - (offset - proposal.from));
      return { ...proposal, range: { start: { line: at.line, character }, end: at } };
    });
  }

  /** Keys and words of an MLproject or MLmodel file. */
  keys(uri: string, at: TextPosition): ReturnType<typeof keyProposals> {
    const project = this.projects.get(uri);
    return project ? keyProposals(project.kind, project.file.text.split(/\r?\n/), at) : [];
  }

  definition(uri: string, at: TextPosition): Place | undefined {
    const { view, service } = this.placeOf(uri);
    const found = view && service?.navigation.definition(view.document, inDocument(view, at));
    return found && service && this.editorPlace(service, found);
  }

  async references(
    uri: string,
    at: TextPosition,
    o: { readonly withDefinition: boolean; isGone(): boolean },
  ): Promise<readonly Place[]> {
    const { view, service } = this.placeOf(uri);
    if (!view || !service) return [];
    const found = await service.navigation.references(view.document, inDocument(view, at), o);
    return found.flatMap((place) => this.editorPlace(service, place) ?? []);
  }

  symbols(uri: string): readonly SymbolRow[] {
    const view = this.views.of(uri);
    if (!view) return [];
    const rows = symbolsOf(view.document.facts).filter(({ range }) =>
      shows(view, range.start.line),
    );
    return rows.map((row) => ({
      ...row,
      range: inView(view, row.range),
      nameRange: inView(view, row.nameRange),
      children: row.children.map((child) => ({ ...child, range: inView(view, child.range) })),
    }));
  }

  /** What mends the findings that touch a range. */
  fixes(uri: string, { start, end }: TextRange): readonly FixRow[] {
    const { view, service } = this.placeOf(uri);
    if (!view || !service || view.document.facts.hasErrors) return [];
    const first = start.line + view.first;
    const last = end.line + view.first;
    const touched = service.insight
      .findings(view.document)
      .filter(({ range }) => range.start.line <= last && range.end.line >= first);
    return touched.flatMap((finding) =>
      (finding.fixes ?? []).flatMap((fix) => {
        const edits = fix.edits.filter(({ range }) => shows(view, range.start.line));
        // An edit in another cell belongs to another document.
        if (edits.length < fix.edits.length) return [];
        const moved = edits.map(
          (edit): TextChange => ({ ...edit, range: inView(view, edit.range) }),
        );
        return [
          { ...fix, edits: moved, finding: { ...finding, range: inView(view, finding.range) } },
        ];
      }),
    );
  }

  signature({ uri, kind, name }: SignatureParams): SignatureReply | null {
    if (kind === 'entryPoint') {
      const project = this.projects.get(uri);
      const points = project ? projectOf(project.file).entryPoints : [];
      const point = points.find((one) => one.name === name);
      return point ? entryPointSignature(point) : null;
    }
    const view = this.views.of(uri);
    const facts = view && (view.document.parsed ?? view.document).facts;
    return (facts && signatureOf(facts, kind, name)) ?? null;
  }

  dispose(): void {
    this.timer?.clear();
    this.findings.dispose();
    for (const service of this.roots.values()) service.dispose();
    this.roots.clear();
    for (const { uri } of this.documents.all()) this.documents.close(uri);
    this.refresh.dispose();
  }

  private edited(): void {
    this.findings.later();
    if (this.documents.all().length > 1) this.refreshIn(EDIT_PAUSE_MS);
  }

  private placeOf(uri: string): {
    view: DocumentView | undefined;
    service: RootService | undefined;
  } {
    const view = this.views.of(uri);
    return { view, service: view && this.serviceAt(view.document.path) };
  }

  private serviceAt(path: string): RootService | undefined {
    const root = rootOf(path, this.roots.keys());
    return root === undefined ? undefined : this.roots.get(root);
  }

  private projectLenses(uri: string): readonly LensRow[] {
    const project = this.projects.get(uri);
    const path = pathOf(uri);
    const service = path === undefined ? undefined : this.serviceAt(path);
    if (project?.kind !== 'MLproject' || !service) return [];
    const { lenses: settings, isTrusted } = this.options;
    const request = { uri, root: service.root, settings, isTrusted };
    return entryPointLenses(entryPointLines(project.file), request);
  }

  /** In a document that is open it is where the editor shows it. */
  private editorPlace(service: RootService, { file, range }: FileRange): Place | undefined {
    const path = `${slashed(service.root)}/${file}`;
    const document = this.documents.at(path);
    if (!document) return { uri: uriOf(path), range };
    const view = this.views.at(document, range.start.line);
    return view && { uri: view.uri, range: inView(view, range) };
  }

  private open(root: string): RootService {
    const service = new RootService(root, this.surroundings, this.documents);
    service.lenses.onRefresh(() => {
      this.findings.later();
      this.refreshIn(REFRESH_PAUSE_MS);
    });
    // It may be running already; otherwise the extension starts it and says so.
    service.lenses.session.setServer(true);
    return service;
  }

  /** The earliest of several wishes counts, so that typing without a pause starves none. */
  private refreshIn(ms: number): void {
    const at = Date.now() + ms;
    if (this.timer && this.timer.at <= at) return;
    this.timer?.clear();
    const timer = setTimeout(() => {
      this.timer = undefined;
      this.refresh.fire();
    }, ms);
    this.timer = { at, clear: () => clearTimeout(timer) };
  }
}

function offsetAt(text: string, { line, character }: TextPosition): number {
  let start = 0;
  for (let left = line; left > 0; left--) {
    const next = text.indexOf('\n', start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + character, end < 0 ? text.length : end);
}
