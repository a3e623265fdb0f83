import type { JsonObject } from '../base/json';

/** A file of an artifact version as it was recorded when it was made. */
export interface ArtifactFile {
  /** Relative to the version's folder, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Milliseconds since 1970, with fraction, and the inode: a cheap check that nothing changed. */
  readonly mtimeMs: number;
  readonly ino: number;
}

/** One version of a named artifact: an output of a step, or saved by the user's code. Its content never changes. */
export interface ArtifactVersion {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** "1", "2" … per name, or the user's own text. */
  readonly version: string;
  /** The Python type's qualified name, e.g. `pandas.core.frame.DataFrame`. */
  readonly type: string;
  /** Name of the materializer that wrote it and can load it, e.g. `json`, `numpy`, `pickle`. */
  readonly materializer: string;
  /** Folder of the files, relative to the data folder, with `/`; an identical output shares it. */
  readonly path: string;
  readonly files: readonly ArtifactFile[];
  /** Digest of the content: equal content has an equal digest, whatever its file dates. */
  readonly contentDigest: string;
  /** Shape, columns, length … as the materializer found them; shown, never needed to load. */
  readonly metadata: JsonObject;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly producer: ArtifactProducer | undefined;
  readonly tags?: readonly string[];
  /** What people take it for: `model`, `statistics`, `service` …; default `data`. */
  readonly artifactType?: string;
  /** Milliseconds since 1970, while it lies in the trash: it is not listed and no step reuses it. */
  readonly deletedAt?: number;
}

export interface ArtifactProducer {
  readonly pipelineRunId: string;
  readonly pipeline: string;
  /** The invocation, e.g. `train_model` or `train_model_2`. */
  readonly stepId: string;
  readonly stepRunId: string;
  readonly output: string;
  /** The step saved it by itself (`save_artifact`); it is none of its outputs. */
  readonly saved?: boolean;
}

/** Whether it is there and not in the trash. */
export const isKept = (version: ArtifactVersion | undefined): version is ArtifactVersion =>
  version !== undefined && version.deletedAt === undefined;

/** Total size of the files in bytes. */
export const sizeOf = (version: ArtifactVersion): number =>
  version.files.reduce((sum, file) => sum + file.size, 0);

/** `classifier v7`; an output without a name of its own goes by its step: `load_data v2`. */
export function artifactLabel(of: {
  readonly name: string;
  readonly version: string;
  readonly stepId?: string | undefined;
}): string {
  const isUnnamed = of.name.split('::').length === 3;
  return `${isUnnamed ? (of.stepId ?? of.name) : of.name} v${of.version}`;
}
