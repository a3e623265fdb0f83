// All that the pipeline engine needs of the world; the server hands in adapters.
import type { CodeFingerprinter, ImportRoots } from './fingerprint/codeFingerprint';
import type { PolicyFiles } from './fingerprint/policy';
import type {
  ArtifactPort,
  Clock,
  HistoryPort,
  LogPort,
  MachinePort,
  ProcessPort,
  RecordPort,
  SourceReader,
} from './ports';

/** What the engine needs of the world; the server hands in adapters (see server/enginePorts). */
export interface EnginePorts {
  readonly history: HistoryPort;
  readonly record: RecordPort;
  readonly artifacts: ArtifactPort;
  readonly code: CodePort;
  readonly logs: LogPort;
  readonly clock: Clock;
  /** 32 hexadecimal digits. */
  newId(): string;
  readonly processes: ProcessPort;
  readonly machine: MachinePort;
  /** Real path of the root. */
  readonly root: string;
  /** Absolute data folder. */
  readonly data: string;
  /** Where this server answers, with its control token. */
  address(): { readonly url: string; readonly token: string };
  /** Something went wrong that no caller waits for. */
  warn(message: string): void;
}

/** Fingerprints of workspace code: parser and disk in the server. */
export interface CodePort {
  /** A reader for imports resolved in these folders; the parser is loaded on first use. */
  open(roots: ImportRoots): Promise<CodeReader>;
  readonly source: SourceReader;
  /** Files that cache policies name. */
  readonly files: PolicyFiles;
}
export type CodeReader = Pick<CodeFingerprinter, 'ofStep' | 'factsOf' | 'digestOf'>;
