/** The MLproject and MLmodel files that are open in the editor. */
import { type ProjectKind, projectKind } from './features/projectFile';
import { YamlFile } from './yamlFile';

export interface OpenProject {
  readonly kind: ProjectKind;
  readonly file: YamlFile;
}

export class OpenProjects {
  private readonly byUri = new Map<string, OpenProject>();

  /** False when it is none of these files. */
  set(uri: string, text: string): boolean {
    const kind = projectKind(uri);
    if (kind) this.byUri.set(uri, { kind, file: new YamlFile(text) });
    return kind !== undefined;
  }

  close(uri: string): void {
    this.byUri.delete(uri);
  }

  get(uri: string): OpenProject | undefined {
    return this.byUri.get(uri);
  }

  all(): ReadonlyMap<string, OpenProject> {
    return this.byUri;
  }
}
