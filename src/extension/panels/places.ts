/** The places that panels show: folders' own stores, remote servers, opened folders. No VS Code. */
import { RunlensError } from '../../base/errors';
import type { PanelPlace, PlaceStatus } from '../../protocol/webview/panel';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { sourceOf } from '../sources/runIds';
import { isSource } from '../sources/sourceSession';
import type { Sources } from '../sources/sources';

export interface PlacesOptions {
  readonly sessions: Pick<Sessions, 'all' | 'ofRun'>;
  readonly sources: Pick<Sources, 'all' | 'ofRun'>;
  /** Whether this window may run code. */
  readonly isTrusted: () => boolean;
}

export class Places {
  constructor(private readonly options: PlacesOptions) {}

  get all(): readonly FolderSession[] {
    return [...this.options.sessions.all, ...this.options.sources.all];
  }

  /** Folders' own stores. */
  get folders(): readonly FolderSession[] {
    return this.options.sessions.all;
  }

  /** The first folder's own store, else the first source. */
  get first(): FolderSession | undefined {
    return this.all[0];
  }

  byId(id: string): FolderSession | undefined {
    return this.all.find((session) => placeId(session) === id);
  }

  /** @throws RunlensError `place.unknown` */
  need(id: string): FolderSession {
    const session = this.byId(id);
    if (session) return session;
    throw new RunlensError('place.unknown', NOT_OPEN);
  }

  /** Who has a run, as far as its id or what is known tells; `usual` when nothing does. */
  ofRun(runId: string, usual: FolderSession): FolderSession {
    const { sessions, sources } = this.options;
    if (sourceOf(runId) !== undefined) return sources.ofRun(runId) ?? usual;
    if (usual.experiments.run(runId)) return usual;
    return sessions.ofRun(runId) ?? usual;
  }

  describe(session: FolderSession): PanelPlace {
    const base = { id: placeId(session), name: session.folder.name };
    if (isSource(session)) {
      const { info } = session;
      const canWrite = info.kind === 'server';
      return { ...base, name: info.name, source: info.id, canWrite, canRun: false };
    }
    return {
      ...base,
      source: undefined,
      canWrite: session.readOnlyReason === undefined,
      canRun: this.options.isTrusted(),
    };
  }

  /** Of a source: asks it when nobody has yet; the change of its state tells how that went. */
  async status(session: FolderSession): Promise<PlaceStatus> {
    const { state } = session;
    switch (state.kind) {
      case 'starting':
        return { kind: 'starting' };
      case 'down':
        return { kind: 'down', message: state.message };
      default: {
        const bytes = await storeBytes(session);
        // It may have gone meanwhile: an older state is not to be told after a newer one.
        if (session.state.kind !== state.kind) return this.status(session);
        return { kind: 'up', storeBytes: bytes };
      }
    }
  }
}

export const NOT_OPEN =
  'The folder or server of this panel is not open in this window. Open it again, or close the panel.';

/** Stable over windows. */
export const placeId = ({ folder }: FolderSession): string => folder.root;

async function storeBytes(session: FolderSession): Promise<number | undefined> {
  if (isSource(session)) return undefined;
  // The footer goes without it when the server has just gone.
  const info = await session.call('GET /api/info', {}).catch(() => undefined);
  return info?.storeBytes;
}
