/** What `runlens doctor` found out about a data folder. */
export interface Diagnosis {
  /** Absolute path of the data folder. */
  readonly folder: string;
  readonly findings: readonly Finding[];
  /** What was looked at. */
  readonly checked: Checked;
}

export interface Checked {
  readonly snapshots: number;
  readonly journals: number;
  readonly chunks: number;
  readonly rows: number;
  readonly artifactFiles: number;
}

/**
 * `info` is worth knowing, nothing is lost; `warning` is wrong and harmless or mended by itself;
 * `damage` is something stored that cannot be read.
 */
export type Severity = 'info' | 'warning' | 'damage';

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** What is wrong, as a sentence. */
  readonly what: string;
  /** Absolute path of the file or folder, or what in the database it concerns. */
  readonly where: string;
  /** What was done, or what can be. */
  readonly action: string;
  readonly repaired: boolean;
}

/** Names of what can be wrong; the page on the doctor explains each. */
export const FINDING_KINDS = [
  'store.unreadable',
  'store.newer',
  'store.older',
  'snapshot.corrupt',
  'snapshot.orphan',
  'snapshot.tables',
  'journal.torn',
  'journal.damaged',
  'journal.gap',
  'segment.missing',
  'segment.short',
  'chunk.damaged',
  'chunk.mismatch',
  'points.missing',
  'rows.orphaned',
  'artifact.missing',
  'artifact.size',
  'artifact.changed',
  'files.orphaned',
  'files.unfinished',
  'files.purged',
  'files.kept',
  'lock.left',
  'discovery.left',
  'disk.unwritable',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const isHealthy = (diagnosis: Diagnosis): boolean =>
  diagnosis.findings.every((finding) => finding.severity === 'info' || finding.repaired);
