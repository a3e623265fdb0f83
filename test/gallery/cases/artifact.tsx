// The Artifact page: each kind of file, an artifact's parts, and what is hostile.
/** @jsxRuntime automatic @jsxImportSource preact */
import type { FileFacts, FilePlace, FileView } from '../../../src/protocol/files';
import type { PanelSubject } from '../../../src/protocol/webview/panel';
import { App } from '../../../webview/artifact/app';
import type { ArtifactView } from '../../../webview/artifact/view';
import {
  type Answers,
  ARTIFACT,
  answersFor,
  factsOf,
  LINEAGE,
  OTHER_PICTURE,
  openArtifactPage,
  PICTURE,
  svgUri,
  tableOf,
} from '../artifactHost';
import { appears, type GalleryCase } from '../galleryCase';
import '../../../webview/artifact/artifact.css';

const SUBJECT: PanelSubject = { kind: 'artifact', artifactId: ARTIFACT.id };
const IMAGE: FileView = { kind: 'image', mediaType: 'image/png', width: 8, height: 8 };

interface Shown {
  readonly view?: FileView;
  readonly facts?: Partial<FileFacts>;
  readonly answers?: Answers;
  readonly kept?: Partial<ArtifactView>;
  readonly subject?: PanelSubject;
  readonly uriOf?: (place: FilePlace) => string;
}

const TABLE: FileView = { kind: 'table', format: 'parquet' };

function draw({ view = TABLE, facts, answers, kept = {}, subject = SUBJECT, uriOf }: Shown) {
  const { page } = openArtifactPage({
    subject,
    answers: answersFor(view, answers, facts),
    view: kept,
    uriOf: async (place) => ({ kind: 'ready', uri: uriOf?.(place) ?? PICTURE }),
  });
  return <App page={page} />;
}

/** A file of a run, with others beside it. */
const runFile = (
  path: string,
  beside: readonly string[] = [],
): Pick<Shown, 'subject' | 'answers'> => ({
  subject: { kind: 'file', runId: 'run1', path },
  answers: {
    'GET /api/runs/:runId/files': () => ({
      items: [path, ...beside].map((each) => ({
        path: each,
        isDirectory: false,
        size: 1,
        file: `/store/${each}`,
      })),
      total: 1 + beside.length,
    }),
  },
});

const textIs = (text: string, size = text.length): Answers => ({
  'POST /api/file-text': () => ({ text, next: text.length, size }),
});

const HOSTILE_NAME = 'evil‮gpj.<script>alert(1)</script>\nשלום 🎉.csv';

const REPORT = `<!DOCTYPE html><html><head><title>x</title>
<style>h1 { color: #7a1fa2 }</style><script>document.title = 'ran'; parent.document.body.remove()</script>
<link rel="stylesheet" href="https://elsewhere.test/x.css"></head>
<body onload="parent.document.body.remove()"><h1>Report of the run</h1>
<p style="background: #e0f0ff; padding: 8px">Accuracy 0.93</p>
<img src="https://elsewhere.test/pixel.png" onerror="parent.document.body.remove()">
<a href="javascript:parent.document.body.remove()">link</a></body></html>`;

const MLMODEL: Shown = {
  view: { kind: 'mlmodel', language: 'yaml' },
  facts: {
    size: 812,
    model: {
      folder: '/store/model',
      flavors: ['python_function', 'sklearn'],
      inputs: [
        { name: 'image', type: 'float32', required: true, shape: [-1, 28, 28] },
        { name: 'weight', type: 'double', required: false },
      ],
      outputs: [{ name: '', type: 'long', required: true }],
      requirements: ['mlflow==3.1.0', 'scikit-learn==1.7.0'],
      pythonVersion: '3.12.3',
      mlflowVersion: '3.1.0',
      bytes: 1_200_000,
    },
  },
  ...runFile('model/MLmodel'),
};

const settle = (root: HTMLElement, selector: string) =>
  appears(root, selector).then(() => new Promise<void>((resolve) => setTimeout(resolve, 120)));

const kindCase = (
  name: string,
  shown: Shown,
  more: Omit<GalleryCase, 'name' | 'draw'>,
): GalleryCase => ({
  name: `artifact: ${name}`,
  draw: () => draw(shown),
  ...more,
});

export const cases: readonly GalleryCase[] = [
  kindCase(
    'table',
    {},
    {
      height: 880,
      seen: [
        'measurements v7',
        'Made by',
        'Same content as',
        'temperature',
        'int64',
        'station 1',
        'More than 100 rows',
      ],
      act: (root) => settle(root, '[role=gridcell]'),
    },
  ),
  kindCase(
    'table that was searched, with a note',
    {
      answers: {
        'POST /api/file-table': tableOf(400, { note: 'Row 12 has 5 cells; the header has 4.' }),
      },
    },
    {
      height: 880,
      seen: ['Row 12 has 5 cells', 'Row 8, station', '400 rows'],
      async act(root) {
        await settle(root, '[role=gridcell]');
        const field = await appears<HTMLInputElement>(root, 'vscode-text-field');
        field.value = 'station 7';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve, 60));
        root.querySelector<HTMLElement>('.art-tools vscode-button')?.click();
        await new Promise((resolve) => setTimeout(resolve, 300));
      },
    },
  ),
  kindCase(
    'table that cannot be read',
    {
      answers: {
        'POST /api/file-table': () => {
          throw new Error('The Parquet file is damaged: its end names a place behind its end.');
        },
      },
    },
    {
      seen: ['The Parquet file is damaged', 'Try Again', 'Open File'],
      act: (root) => settle(root, '.rl-problem'),
    },
  ),
  kindCase(
    'facts with statistics',
    { kept: { tab: 'facts' } },
    {
      seen: ['Statistics', 'temperature', '14.204', 'Distribution', 'source.url', 'שלום', 'c0ffee'],
      act: (root) => settle(root, '.art-histogram'),
    },
  ),
  kindCase(
    'versions',
    { kept: { tab: 'versions' } },
    {
      height: 700,
      seen: ['7 (shown)', 'Compare', 'weather · load'],
      act: (root) => settle(root, '[role=gridcell]'),
    },
  ),
  kindCase(
    'compared tables',
    {
      kept: { tab: 'compare' },
      answers: {
        'POST /api/file-table': (request) => {
          const isOld = 'artifactId' in request.place && request.place.artifactId === 'a6';
          const table = tableOf(isOld ? 90 : 100)(request);
          if (isOld) return table;
          return {
            ...table,
            rows: table.rows.map((row, i) =>
              i % 40 === 7 ? [row[0]!, 99.5, ...row.slice(2)] : row,
            ),
          };
        },
      },
    },
    {
      seen: [
        'version 6',
        'rows',
        '110000',
        '120000',
        'equal rows hidden',
        '99.5',
        'Of the first 100 rows',
      ],
      act: (root) => settle(root, 'ins'),
    },
  ),
  kindCase(
    'compared pictures: difference',
    {
      view: IMAGE,
      kept: { tab: 'compare' },
      uriOf: (place) =>
        'artifactId' in place && place.artifactId === 'a6' ? OTHER_PICTURE : PICTURE,
    },
    {
      seen: ['1 of 64 pixels differ', 'Difference'],
      async act(root) {
        await settle(root, '.art-image-compare');
        const select = await appears<HTMLSelectElement>(root, '.art-image-compare select');
        select.value = 'difference';
        select.dispatchEvent(new Event('change', { bubbles: true }));
        await settle(root, '.art-difference:not(.art-hidden)');
      },
    },
  ),
  kindCase(
    'compared pictures: swipe',
    {
      view: IMAGE,
      kept: { tab: 'compare' },
      uriOf: (place) =>
        'artifactId' in place && place.artifactId === 'a6' ? OTHER_PICTURE : PICTURE,
    },
    {
      seen: ['Share of measurements v6 that is shown'],
      async act(root) {
        await settle(root, '.art-image-compare');
        const select = await appears<HTMLSelectElement>(root, '.art-image-compare select');
        select.value = 'swipe';
        select.dispatchEvent(new Event('change', { bubbles: true }));
        await settle(root, '.art-swipe');
      },
    },
  ),
  kindCase(
    'picture zoomed to its pixels, one of several steps',
    {
      view: IMAGE,
      ...runFile('images/sample_20.png', [
        'images/sample_10.png',
        'images/sample_30.png',
        'images/x.csv',
      ]),
    },
    {
      height: 860,
      seen: ['Step 20 (2 of 3)', '8 × 8 pixels', '3200 %', 'Open Its Run'],
      async act(root) {
        await settle(root, '.art-picture');
        const frame = await appears<HTMLElement>(root, '.art-frame');
        const zoom = () =>
          frame.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }));
        for (let i = 0; i < 40 && !root.textContent?.includes('6400 %'); i += 1) {
          zoom();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        frame.dispatchEvent(
          new WheelEvent('wheel', { deltaY: 462.4, ctrlKey: true, bubbles: true }),
        );
        await settle(root, '.art-grid');
      },
    },
  ),
  kindCase(
    'SVG with a script, shown as a picture',
    {
      view: { kind: 'svg', mediaType: 'image/svg+xml' },
      facts: { size: 312 },
      ...runFile('plot.svg'),
      uriOf: () =>
        svgUri(
          '<script>parent.document.body.remove()</script><rect width="8" height="8" fill="#2a7" onload="parent.document.body.remove()"/>',
        ),
    },
    {
      height: 860,
      seen: ['Picture (SVG)', 'plot.svg'],
      act: (root) => settle(root, '.art-picture'),
    },
  ),
  kindCase(
    'text, its first part',
    {
      view: { kind: 'text', language: 'python' },
      facts: { size: 5_000_000_000 },
      ...runFile('log.py'),
      answers: {
        ...runFile('log.py').answers,
        ...textIs('import os\nprint("<b>x</b>")\n', 5_000_000_000),
      },
    },
    {
      height: 700,
      seen: ['Text (python)', 'print("<b>x</b>")', 'of 4.7 GB', 'Show More', 'Open File'],
      act: (root) => settle(root, '.art-lines'),
    },
  ),
  kindCase(
    'Markdown',
    {
      view: { kind: 'markdown', language: 'markdown' },
      facts: { size: 100 },
      answers: {
        ...runFile('notes.md').answers,
        ...textIs('# Notes\n\nThe **best** run.\n\n<script>alert(1)</script>\n'),
      },
      subject: { kind: 'file', runId: 'run1', path: 'notes.md' },
    },
    { seen: ['Notes', 'best', '<script>alert(1)</script>'], act: (root) => settle(root, '.rl-md') },
  ),
  kindCase(
    'report without its scripts',
    {
      view: { kind: 'html', language: 'html' },
      facts: { size: REPORT.length },
      answers: { ...runFile('report.html').answers, ...textIs(REPORT) },
      subject: { kind: 'file', runId: 'run1', path: 'report.html' },
    },
    {
      height: 760,
      seen: [
        'Run Scripts in This Report',
        'Shown without its scripts',
        'not fetched',
        'Report report.html',
      ],
      async act(root) {
        await settle(root, 'iframe');
        // Set as a property, the empty list must have become the attribute that forbids all.
        if (root.querySelector('iframe')?.getAttribute('sandbox') !== '')
          throw new Error('No sandbox');
      },
    },
  ),
  kindCase('model', MLMODEL, {
    seen: [
      'sklearn',
      'float32 (any, 28, 28)',
      'mlflow.pyfunc.load_model("runs:/run1/model")',
      'scikit-learn==1.7.0',
    ],
    act: (root) => settle(root, '.art-short'),
  }),
  kindCase(
    'pickle, not loaded',
    {
      view: {
        kind: 'pickle',
        globals: ['os.system', 'sklearn.svm._classes.SVC', '‮evil'],
        complete: false,
      },
      ...runFile('model.pkl'),
    },
    {
      seen: ['Loading a pickle runs code', 'os.system', 'there may be more'],
      act: (root) => settle(root, '.art-globals'),
    },
  ),
  kindCase(
    'archive',
    {
      view: {
        kind: 'archive',
        total: 12_000,
        entries: Array.from({ length: 1000 }, (_, i) => ({
          path: `data/part-${i}.bin`,
          size: i * 1000,
        })),
      },
      ...runFile('data.zip'),
    },
    {
      height: 860,
      seen: ['12,000 entries', 'data/part-3.bin', 'The first 1,000 entries'],
      act: (root) => settle(root, '[role=gridcell]'),
    },
  ),
  kindCase(
    'film',
    { view: { kind: 'video', mediaType: 'video/mp4' }, ...runFile('clip.mp4') },
    {
      seen: ['video/mp4', 'Open Externally'],
      act: (root) => settle(root, '.art-section'),
    },
  ),
  kindCase(
    'bytes',
    {
      view: { kind: 'binary' },
      facts: {
        head: '52554e4c454e53000102ff'.repeat(8),
        size: 4_000_000,
        problem: 'It is no Parquet file: it does not begin so.',
      },
      ...runFile('weights.parquet'),
    },
    {
      seen: ['First 88 B of 3.8 MB', 'RUNLENS', 'It is no Parquet file'],
      act: (root) => settle(root, '.art-hex'),
    },
  ),
  kindCase(
    'hostile names',
    {
      view: { kind: 'table', format: 'csv' },
      answers: {
        'GET /api/artifacts/:id': () => ({
          ...ARTIFACT,
          name: HOSTILE_NAME,
          type: `${'x'.repeat(250)}<b>`,
          files: [
            { path: HOSTILE_NAME, size: 5_000_000_000 },
            { path: `a/${'long'.repeat(60)}.csv`, size: 1 },
          ],
          tags: [HOSTILE_NAME],
        }),
        'GET /api/artifacts/:id/lineage': () => ({
          ...LINEAGE,
          usedBy: LINEAGE.usedBy.map((use) => ({ ...use, step: HOSTILE_NAME })),
        }),
        'POST /api/file-table': (request) => ({
          ...tableOf(50)(request),
          columns: [HOSTILE_NAME, 'NaN', '', 'x'.repeat(250)].map((name) => ({
            name,
            type: 'string',
          })),
          rows: [
            [HOSTILE_NAME, 'NaN', '-Infinity', 'x'.repeat(1000)],
            [1e308, 0.1 + 0.2, -0, null],
          ],
          total: 2,
        }),
      },
    },
    {
      height: 1000,
      seen: ['<script>alert(1)</script>', 'Column 3', '1e+308'],
      act: (root) => settle(root, '[role=gridcell]'),
    },
  ),
  kindCase(
    'deleted',
    {
      subject: { kind: 'artifact', artifactId: 'gone' },
    },
    {
      seen: ['There is no artifact gone', 'Try Again'],
      act: (root) => settle(root, '.rl-problem'),
    },
  ),
  kindCase(
    'without files',
    {
      answers: { 'GET /api/artifacts/:id': () => ({ ...ARTIFACT, files: [] }) },
    },
    { seen: ['This version has no files'], act: (root) => settle(root, '.rl-empty') },
  ),
  kindCase(
    'on its way',
    {
      answers: {
        'GET /api/artifacts/:id': () => new Promise<never>(() => undefined),
        'POST /api/file-facts': () => factsOf(TABLE),
      },
    },
    { seen: ['Reading the artifact'], act: (root) => settle(root, '.rl-bone') },
  ),
];
