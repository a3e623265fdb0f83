// Composes what panels ask beyond rows: the content of files, the model registry, lineage.
import { fileRoutes } from '../api/files';
import { lineageRoutes } from '../api/lineage';
import { modelRoutes } from '../api/models';
import { readModelFiles } from '../preview/modelFiles';
import { Previews } from '../preview/previews';
import type { Route } from '../protocol/http';
import type { Store } from '../store/store';
import { blobPathUnder } from '../tracking/artifactPath';
import { panelRegistry } from '../tracking/panelRegistry';

export interface PanelContext {
  readonly store: Store;
  /** Folders of MLflow that are opened in place. */
  readonly sources: { store(id: string): Store | undefined };
  /** Who changes the registry. */
  readonly user: string;
}

export function panelRoutes({ store, sources, user }: PanelContext): Route[] {
  const runFolder = blobPathUnder;
  return [
    ...fileRoutes({ store, sources, runFolder, previews: new Previews() }),
    ...lineageRoutes({ store, sources }),
    ...modelRoutes({
      store,
      runFolder,
      registry: panelRegistry({ store, clock: Date, user }),
      readFiles: readModelFiles,
    }),
  ];
}
