// The Artifact page with answers from values, and what was asked of it.
import { Emitter } from '../../src/base/event';
import type {
  FileFacts,
  FilePlace,
  FileTable,
  FileView,
  TableCell,
  TablePageRequest,
} from '../../src/protocol/files';
import type { ArtifactLineage } from '../../src/protocol/lineage';
import type { ArtifactRow } from '../../src/protocol/rows';
import type { ArtifactHost, ImageUri } from '../../src/protocol/webview/artifact';
import type { ArtifactPage, Fetched } from '../../webview/artifact/page';
import { type ArtifactView, KEPT } from '../../webview/artifact/view';
import { Changes } from '../../webview/shared/changes';
import { Toaster } from '../../webview/shared/ui/toast';
import {
  type AnsweringOptions,
  answeringPanelWith,
  type Done,
  type RouteAnswers,
} from './answeringPanel';

export interface PageOptions extends AnsweringOptions<ArtifactView> {
  readonly uriOf?: (place: FilePlace) => Promise<ImageUri>;
}

export interface TestPage {
  readonly page: ArtifactPage;
  readonly done: Done;
  /** Files that were opened with programs of the machine. */
  readonly external: readonly FilePlace[];
  readonly fetched: Emitter<Fetched>;
}

export function openArtifactPage(options: PageOptions): TestPage {
  const external: FilePlace[] = [];
  const { panel, done } = answeringPanelWith<ArtifactView, ArtifactHost>(KEPT, options, (host) => ({
    ...host,
    uriOf: options.uriOf ?? (async () => ({ kind: 'ready', uri: PICTURE })),
    openExternally: async (place) => void external.push(place),
  }));
  const toaster = new Toaster();
  const fetched = new Emitter<Fetched>();
  const changes = new Changes(panel.host, toaster);
  return { page: { panel, changes, toaster, onFetched: fetched.event }, done, external, fetched };
}

/** Eight by eight pixels, as SVG, so that no file is needed. */
const PIXELS = Array.from({ length: 64 }, (_, i) => {
  const [x, y] = [i % 8, Math.floor(i / 8)];
  return `<rect x="${x}" y="${y}" width="1" height="1" fill="hsl(${i * 5} 60% 50%)"/>`;
}).join('');
export const PICTURE = svgUri(PIXELS);
/** The same but for one pixel. */
export const OTHER_PICTURE = svgUri(
  `${PIXELS}<rect x="3" y="3" width="1" height="1" fill="#fff"/>`,
);

export function svgUri(content: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" shape-rendering="crispEdges">${content}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export const ARTIFACT: ArtifactRow = {
  id: 'a7',
  name: 'measurements',
  version: '7',
  type: 'pandas.core.frame.DataFrame',
  materializer: 'pandas',
  size: 18_400_123,
  createdAt: Date.UTC(2026, 10, 20, 11, 48, 5),
  metadata: {
    rows: 120_000,
    columns: 4,
    format: 'parquet',
    statistics: {
      time: {
        type: 'int64',
        count: 120000,
        nulls: 0,
        unique: 120000,
        min: 0,
        max: 119999,
        mean: 59999.5,
        std: 34641.01615,
      },
      temperature: {
        type: 'float64',
        count: 119988,
        nulls: 12,
        min: -12.25,
        max: 38.5,
        mean: 14.20411,
        std: 7.5,
      },
      station: { type: 'object', count: 120000, nulls: 0, unique: 14 },
    },
    source: { url: 'https://data.test/x', checked: true },
  },
  contentDigest: 'c0ffee',
  folder: '/home/ada/digits/.runlens/artifacts/_/measurements/7',
  files: [
    { path: 'data.parquet', size: 18_400_000, sha256: 'aa' },
    { path: '_preview.json', size: 123, sha256: 'bb' },
  ],
  tags: ['raw', 'שלום'],
  pipeline: 'weather',
  stepId: 'load',
};

export const OLDER: ArtifactRow = {
  ...ARTIFACT,
  id: 'a6',
  version: '6',
  size: 17_000_000,
  createdAt: ARTIFACT.createdAt - 86_400_000,
  metadata: { ...ARTIFACT.metadata, rows: 110_000 },
  contentDigest: 'cafe',
  files: [{ path: 'data.parquet', size: 17_000_000, sha256: 'cc' }],
  tags: ['raw'],
};

const step = (index: number) => ({
  stepRunId: `s${index}`,
  step: index === 0 ? 'load' : `train_${index}`,
  stepId: index === 0 ? 'load' : `train_${index}`,
  pipelineRunId: `r${index}`,
  pipelineRun: `weather-2026_11_20-11_4${index}`,
  pipeline: 'weather',
  endedAt: ARTIFACT.createdAt,
});

export const LINEAGE: ArtifactLineage = {
  madeBy: step(0),
  usedBy: Array.from({ length: 7 }, (_, i) => step(i + 1)),
  same: [{ id: 'a3', version: '3' }],
};

export const factsOf = (view: FileView, more: Partial<FileFacts> = {}): FileFacts => ({
  file: '/home/ada/digits/.runlens/artifacts/_/measurements/7/data.parquet',
  size: 18_400_000,
  modified: ARTIFACT.createdAt,
  view,
  ...more,
});

export const HISTOGRAM = JSON.stringify({
  kind: 'histogram',
  edges: Array.from({ length: 25 }, (_, i) => i / 4 - 3),
  counts: Array.from({ length: 24 }, (_, i) => Math.round(400 * Math.exp(-(((i - 11) / 5) ** 2)))),
});

/** Rows made as they are asked for; `total` is told with the page that reaches the end. */
export function tableOf(rows: number, more: Partial<FileTable> = {}) {
  return ({ offset, limit, orderBy }: TablePageRequest): FileTable => {
    const end = Math.min(rows, offset + limit);
    const at = (index: number) => (orderBy?.descending ? rows - 1 - index : index);
    return {
      format: 'parquet',
      columns: [
        { name: 'time', type: 'int64' },
        { name: 'temperature', type: 'double' },
        { name: 'station', type: 'string' },
        { name: 'ok', type: 'bool' },
      ],
      rows: Array.from({ length: Math.max(0, end - offset) }, (_, i) => rowOf(at(offset + i))),
      total: end === rows ? rows : undefined,
      sortable: true,
      ...more,
    };
  };
}

const rowOf = (index: number): TableCell[] => [
  1_700_000_000 + index,
  index % 13 === 5 ? null : Math.round(Math.sin(index / 9) * 20_000) / 1000,
  index % 17 === 3 ? '<img src=x onerror="document.body.remove()">' : `station ${index % 14}`,
  index % 2 === 0,
];

/** Answers for `ARTIFACT` and `OLDER`, with one view for their files. */
export function answersFor(
  view: FileView,
  more: RouteAnswers = {},
  facts: Partial<FileFacts> = {},
): RouteAnswers {
  const versions = [ARTIFACT, OLDER];
  return {
    'GET /api/artifacts/:id': ({ id }) => {
      const found = versions.find((each) => each.id === id);
      if (!found) throw new Error(`There is no artifact ${id}. It may have been deleted.`);
      return found;
    },
    'GET /api/artifacts/:id/lineage': () => LINEAGE,
    'GET /api/lists/artifact-versions': ({ offset = 0, limit = 100 }) => ({
      items: versions.slice(offset, offset + limit),
      total: versions.length,
    }),
    'POST /api/file-facts': () => factsOf(view, facts),
    'POST /api/file-table': tableOf(120_000),
    'POST /api/file-text': ({ place }) => {
      const text = place.path === '_preview.json' ? HISTOGRAM : 'first line\nsecond line\n';
      return { text, next: text.length, size: text.length };
    },
    ...more,
  };
}
