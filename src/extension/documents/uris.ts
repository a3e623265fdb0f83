/** Addresses of read-only documents: each says wholly what it shows, so that it opens after a reload. */
import * as vscode from 'vscode';
import { isRecord } from '../../base/json';
import { SCHEMES } from '../contributions';

export type DocumentKind =
  | 'facts'
  | 'traceback'
  | 'before'
  | 'after'
  | 'importReport'
  | 'exportReport';

export interface DocumentRef {
  readonly kind: DocumentKind | 'log';
  readonly root: string;
  /** Of an artifact, a step run, a launch, an import or an export. */
  readonly id: string;
}

/** @param title last part of the path: what the tab shows. */
export function documentUri(ref: DocumentRef, title: string): vscode.Uri {
  const scheme = ref.kind === 'log' ? SCHEMES.log : SCHEMES.text;
  const path = `/${title.replace(/[/\\?#]/g, '_')}`;
  return vscode.Uri.from({ scheme, path, query: JSON.stringify(ref) });
}

export function parseDocumentUri(uri: vscode.Uri): DocumentRef | undefined {
  let value: unknown;
  try {
    value = JSON.parse(uri.query);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { kind, root, id } = value;
  if (!isKind(kind) || typeof root !== 'string' || typeof id !== 'string') return undefined;
  return { kind, root, id };
}

const isKind = (kind: unknown): kind is DocumentRef['kind'] =>
  kind === 'facts' ||
  kind === 'traceback' ||
  kind === 'before' ||
  kind === 'after' ||
  kind === 'importReport' ||
  kind === 'exportReport' ||
  kind === 'log';
