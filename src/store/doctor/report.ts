// Gathers what the doctor finds.
import type { Checked, Finding, FindingKind, Severity } from '../../domain/diagnosis';

export class Report {
  readonly findings: Finding[] = [];
  readonly checked: { -readonly [K in keyof Checked]: Checked[K] } = {
    snapshots: 0,
    journals: 0,
    chunks: 0,
    rows: 0,
    artifactFiles: 0,
  };

  info(kind: FindingKind, where: string, what: string, action: string): void {
    this.add('info', { kind, where, what, action });
  }

  warning(kind: FindingKind, where: string, what: string, action: string): void {
    this.add('warning', { kind, where, what, action });
  }

  damage(kind: FindingKind, where: string, what: string, action: string): void {
    this.add('damage', { kind, where, what, action });
  }

  add(severity: Severity, finding: Pick<Finding, 'kind' | 'where' | 'what' | 'action'>): void {
    this.findings.push({ ...finding, severity, repaired: false });
  }
}
