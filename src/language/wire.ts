/** The server's plain values as the Language Server Protocol writes them. */
import {
  type CodeAction,
  CodeActionKind,
  type CodeLens,
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  type Hover,
  type Location,
  SymbolKind,
} from 'vscode-languageserver/node';
import type { TextRange } from '../syntax/facts';
import type { LensRow } from './features/codeLens';
import type { Proposal } from './features/completion';
import type { Finding } from './features/finding';
import type { KeyProposal } from './features/projectFile';
import type { SymbolRow } from './features/symbols';
import type { ShownFinding } from './findings';
import type { FixRow, Place } from './languageServer';
import type { HoverRow } from './rootInsight';

export function toCodeLens({ line, title, command, argument }: LensRow): CodeLens {
  const at = { line, character: 0 };
  return {
    range: { start: at, end: at },
    // Without a command it is text that cannot be clicked.
    command: { title, command: command ?? '', ...(argument ? { arguments: [argument] } : {}) },
  };
}

export const toHover = ({ text, range }: HoverRow): Hover => ({
  contents: { kind: 'markdown', value: text },
  range,
});

export const toLocation = ({ uri, range }: Place): Location => ({ uri, range });

const KINDS = {
  value: CompletionItemKind.Value,
  step: CompletionItemKind.Function,
  folder: CompletionItemKind.Folder,
} as const;

export function toCompletion({
  label,
  detail,
  kind,
  order,
  range,
}: Proposal & { readonly range: TextRange }): CompletionItem {
  return {
    label,
    detail,
    kind: KINDS[kind],
    sortText: String(order).padStart(5, '0'),
    filterText: label,
    textEdit: { range, newText: label },
  };
}

export const toKeyCompletion = ({ label, detail, text }: KeyProposal): CompletionItem => ({
  label,
  detail,
  kind: CompletionItemKind.Property,
  insertText: text,
});

export const toSymbol = ({
  name,
  detail,
  range,
  nameRange,
  children,
}: SymbolRow): DocumentSymbol => ({
  name,
  detail,
  kind: detail === 'step' ? SymbolKind.Function : SymbolKind.Module,
  range,
  selectionRange: nameRange,
  children: children.map((child) => ({
    name: child.name,
    detail: 'step call',
    kind: SymbolKind.Event,
    range: child.range,
    selectionRange: child.range,
  })),
});

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;
/** The page that explains each code, by its heading. */
const HELP = 'https://github.com/runlens/runlens/blob/main/docs/pipelines.md#';

function diagnosticOf(finding: Omit<Finding, 'related' | 'fixes'>): Diagnostic {
  const { code, severity, range, message, isUnnecessary } = finding;
  return {
    range,
    message,
    severity: SEVERITIES[severity],
    source: 'runlens',
    code,
    codeDescription: { href: `${HELP}${code}` },
    ...(isUnnecessary && { tags: [DiagnosticTag.Unnecessary] }),
  };
}

export function toDiagnostic({ related, ...finding }: ShownFinding): Diagnostic {
  if (related.length === 0) return diagnosticOf(finding);
  return {
    ...diagnosticOf(finding),
    relatedInformation: related.map(({ uri, line, message }) => ({
      location: { uri, range: wholeLine(line) },
      message,
    })),
  };
}

const wholeLine = (line: number): TextRange => ({
  start: { line, character: 0 },
  end: { line, character: 1000 },
});

export function toCodeAction(
  uri: string,
  { title, edits, isPreferred, finding }: FixRow,
): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnosticOf(finding)],
    isPreferred: isPreferred ?? false,
    edit: { changes: { [uri]: edits.map(({ range, text }) => ({ range, newText: text })) } },
  };
}
