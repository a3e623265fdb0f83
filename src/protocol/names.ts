/** Names of the store as editors complete, check and explain them. */
import type { RunStatus } from '../domain/run';
import type { WireNumber } from './wire';

export interface ArtifactName {
  readonly name: string;
  readonly versions: number;
  readonly latest: string;
}

export interface ArtifactVersionName {
  readonly version: string;
  readonly type: string;
  readonly createdAt: number;
}

export interface ModelName {
  readonly name: string;
  /** Newest first, at most 100. */
  readonly versions: readonly number[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
}

export type ResolvedUri =
  | {
      readonly kind: 'version';
      readonly name: string;
      readonly version: number;
      readonly stage: string;
      readonly aliases: readonly string[];
      readonly description: string | undefined;
      readonly createdAt: number;
      readonly run: ResolvedRun | undefined;
    }
  | {
      readonly kind: 'logged';
      readonly name: string;
      readonly createdAt: number;
      readonly run: ResolvedRun | undefined;
    }
  | { readonly kind: 'run'; readonly run: ResolvedRun }
  /** Nothing; `message` says which part of the address is not there. */
  | { readonly kind: 'none'; readonly message: string };

export interface ResolvedRun {
  readonly runId: string;
  readonly name: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly startTime: number;
  /** The last values of the first 10 metrics. */
  readonly metrics: readonly { readonly key: string; readonly value: WireNumber }[];
}
