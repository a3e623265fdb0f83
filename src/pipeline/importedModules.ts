// The workspace modules that the processes of a run have imported, each by itself.
import type { ImportedModule, WorkerIdentity } from '../domain/pipeline';

type Process = Pick<WorkerIdentity, 'pid' | 'hostname' | 'pidNamespace'>;

/** A helper imports a file later than the process that registered, so it may have another text of it. */
export class ImportedModules {
  private readonly byProcess = new Map<string, Map<string, ImportedModule>>();
  private readonly own: string;

  constructor(registered: Process | undefined, modules: readonly ImportedModule[]) {
    this.own = keyOf(registered);
    this.add(registered, modules);
  }

  add(process: Process | undefined, modules: readonly ImportedModule[]): void {
    const key = keyOf(process);
    const known = this.byProcess.get(key) ?? new Map<string, ImportedModule>();
    this.byProcess.set(key, known);
    for (const module of modules) known.set(`${module.file}\n${module.digest}`, module);
  }

  /** As that process has them; as the registering one has them when it is not known. */
  of(process?: Process): readonly ImportedModule[] {
    const key = process ? keyOf(process) : this.own;
    return [...(this.byProcess.get(key) ?? this.byProcess.get(this.own) ?? []).values()];
  }
}

const keyOf = (process: Process | undefined): string =>
  process ? `${process.pid} ${process.hostname} ${process.pidNamespace}` : '';
