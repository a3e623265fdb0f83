// Real stores behind the routes of panels, and builders of what they show.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ControlError } from '../../../src/protocol/control';
import type { Route } from '../../../src/protocol/http';
import { panelRoutes } from '../../../src/server/panels';
import type { Mutation } from '../../../src/store/mutation';
import { type Answer, callRoute } from '../../support/callRoute';
import { StoreFixture } from './fixture';

export const id = (text: string): string => text.padEnd(32, '0');

/** The project's store, that of an opened folder, and a run. */
export class PanelFixture extends StoreFixture {
  readonly opened = new StoreFixture();
  runId = '';
  private routes: Route[] = [];

  override async open(): Promise<void> {
    await Promise.all([super.open(), this.opened.open()]);
    const sources = {
      store: (name: string) => (name === 'opened' ? this.opened.store : undefined),
    };
    this.routes = panelRoutes({ store: this.store, sources, user: 'ada' });
    this.runId = await this.createRun();
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), this.opened.close()]);
  }

  call<T>(target: string, body?: unknown): Promise<Answer<T>> {
    return callRoute<T>(this.routes, target, body);
  }

  async get<T>(address: string): Promise<T> {
    return (await this.call<T>(`GET ${address}`)).body;
  }

  post(address: string, body: unknown = {}): Promise<Answer<ControlError>> {
    return this.call<ControlError>(`POST ${address}`, body);
  }

  write(blob: string, text: string): void {
    const file = path.join(this.store.blobs.folder, blob);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}

export const artifact = (name: string, version: string, more: object = {}): Mutation => ({
  type: 'artifact.create',
  artifact: {
    id: id(`a${version}`),
    name,
    version,
    type: 'dict',
    materializer: 'json',
    path: `artifacts/_/${name}/${version}`,
    files: [],
    contentDigest: 'd',
    metadata: {},
    createdAt: 1,
    producer: undefined,
    ...more,
  },
});

export const loggedModel = (modelId: string, sourceRunId: string): Mutation => ({
  ...{
    type: 'model.create',
    modelId,
    experimentId: '0',
    name: 'ridge',
    modelType: 'sklearn',
    sourceRunId,
  },
  artifactUri: `mlflow-artifacts:/0/models/${modelId}/artifacts`,
  ...{ params: [{ key: 'alpha', value: '2' }], tags: [], time: 5 },
});

type Create = Extract<Mutation, { type: 'version.create' }>;
export const version = (name: string, number: number, more: Partial<Create> = {}): Mutation => ({
  ...{
    type: 'version.create',
    name,
    version: number,
    source: 's3://b/m',
    storageLocation: undefined,
  },
  ...{ runId: undefined, runLink: undefined, modelId: undefined, description: undefined },
  ...{ userId: undefined, status: 'READY', tags: [], time: 20 + number },
  ...more,
});
