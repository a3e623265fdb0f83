// The Artifact page: each kind of file, and the states that it can be in.
import { never } from '../answeringPanel';
import { IMAGE, kindCase, runFile, runText, type Shown, settle } from '../artifactCase';
import { svgUri, tableOf } from '../artifactHost';
import { appears, type GalleryCase } from '../galleryCase';

const REPORT = `<!DOCTYPE html><html><head><title>x</title><base href="https://elsewhere.test/">
<style>@import "https://elsewhere.test/a.css"; h1 { color: #7a1fa2 } td { padding: 2px 12px; border: 1px solid #ccc }</style>
<script>document.title = 'ran'; parent.document.body.remove()</script>
<meta http-equiv="refresh" content="0; url=https://elsewhere.test/">
<link rel="stylesheet" href="https://elsewhere.test/x.css"></head>
<body onload="parent.document.body.remove()"><h1>Report of the run</h1>
<p style="background: #e0f0ff; padding: 8px">Accuracy 0.93</p>
<table style="border-collapse: collapse"><tr><td style="color: #b00">0</td><td style="color: #b00">0.91</td></tr></table>
<img src="https://elsewhere.test/pixel.png" onerror="parent.document.body.remove()">
<svg width="40" height="40" onload="parent.document.body.remove()"><style>circle { fill: #2a7 }</style><circle cx="20" cy="20" r="16" style="stroke: #000"/></svg>
<iframe srcdoc="<script>top.document.body.remove()</script>"></iframe>
<form action="https://elsewhere.test/"><input type="submit" autofocus onfocus="parent.document.body.remove()"></form>
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

export const cases: readonly GalleryCase[] = [
  kindCase(
    'comma-separated values',
    {
      view: { kind: 'table', format: 'csv' },
      ...runFile('predictions.csv'),
      answers: {
        ...runFile('predictions.csv').answers,
        'POST /api/file-table': tableOf(3, {
          format: 'csv',
          total: 3,
          columns: ['id', 'a name that is longer than its column could ever be', '', 'ok'].map(
            (name, i) => ({ name, type: i === 1 ? 'number' : 'text' }),
          ),
        }),
      },
    },
    { height: 700, seen: ['Table (csv)', '3 rows', 'Column 3'], waits: '[role=gridcell]' },
  ),
  kindCase(
    'JSON lines',
    {
      view: { kind: 'table', format: 'jsonl' },
      ...runFile('events.jsonl'),
      answers: {
        ...runFile('events.jsonl').answers,
        'POST /api/file-table': (request) => ({
          ...tableOf(2)(request),
          format: 'jsonl',
          columns: ['event', 'payload'].map((name) => ({ name, type: 'json' })),
          rows: [
            ['start', '{"seed":1,"layers":[64,64,10]}'],
            ['end', null],
          ],
          total: 2,
          note: '1 row is no JSON.',
        }),
      },
    },
    {
      height: 700,
      seen: ['Table (jsonl)', '{"seed":1', '1 row is no JSON.'],
      waits: '[role=gridcell]',
    },
  ),
  kindCase(
    'NumPy, too big to be sorted',
    {
      view: { kind: 'table', format: 'npy' },
      facts: { size: 5_000_000_000 },
      ...runFile('embeddings.npy'),
      answers: {
        ...runFile('embeddings.npy').answers,
        'POST /api/file-table': ({ offset, limit }) => ({
          format: 'npy',
          columns: Array.from({ length: 64 }, (_, i) => ({ name: String(i), type: 'float32' })),
          rows: Array.from({ length: limit }, (_, row) =>
            Array.from({ length: 64 }, (_, i) =>
              row === 3 && i === 2 ? 'NaN' : Math.round(Math.sin((offset + row) * i) * 1e4) / 1e4,
            ),
          ),
          total: 19_531_249,
          sortable: false,
        }),
      },
    },
    {
      height: 880,
      seen: [
        'Table (npy)',
        '4.7 GB',
        '19,531,249 rows',
        '64 columns',
        'rows 1 to 1,000,000 are shown',
        'too big to be sorted',
        'NaN',
      ],
      waits: '[role=gridcell]',
    },
  ),
  kindCase(
    'table without rows',
    {
      answers: { 'POST /api/file-table': tableOf(0, { total: 0 }) },
    },
    { height: 700, seen: ['This table has no rows', '0 rows'], waits: '.rl-empty' },
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
        const { left, top, width, height } = frame.getBoundingClientRect();
        const middle = { clientX: left + width / 2, clientY: top + height / 2 };
        frame.dispatchEvent(
          new WheelEvent('wheel', { deltaY: 462.4, ctrlKey: true, bubbles: true, ...middle }),
        );
        await settle(root, '.art-grid');
      },
    },
  ),
  kindCase(
    'picture of a digit, fitted',
    { view: IMAGE, facts: { size: 90 }, ...runFile('digit.png') },
    { height: 700, seen: ['3200 %', '8 × 8 pixels'], waits: '.art-picture' },
  ),
  kindCase(
    'picture too big to be shown',
    {
      view: { kind: 'image', mediaType: 'image/png', width: 40_000, height: 30_000 },
      facts: { size: 900_000_000 },
      ...runFile('mosaic.png'),
    },
    { seen: ['40,000 × 30,000 pixels', 'too big to be shown here'], waits: '.art-note' },
  ),
  kindCase(
    'picture on its way from another server',
    { view: IMAGE, facts: { size: 2_000_000 }, ...runFile('roc.png'), uriOf: () => undefined },
    { seen: ['fetched from its server'], waits: '.art-note' },
  ),
  kindCase(
    'picture that is none',
    { view: IMAGE, ...runFile('broken.png'), uriOf: () => 'data:image/png;base64,AAAA' },
    { seen: ['its bytes are not what its name says'], waits: '.rl-problem' },
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
      waits: '.art-picture',
    },
  ),
  kindCase(
    'text, its first part',
    {
      view: { kind: 'text', language: 'python' },
      ...runText('log.py', `import os\nprint("<b>x</b>")\n${'# '.repeat(400)}\n`, 5_000_000_000),
    },
    {
      height: 700,
      seen: ['Text (python)', 'print("<b>x</b>")', 'of 4.7 GB', 'Show More', 'Open File'],
      waits: '.art-lines',
    },
  ),
  kindCase(
    'empty file',
    { view: { kind: 'text', language: 'plaintext' }, ...runText('empty.txt', '') },
    { seen: ['This file is empty.', '0 B'], waits: '.art-note' },
  ),
  kindCase(
    'Markdown',
    {
      view: { kind: 'markdown', language: 'markdown' },
      ...runText(
        'notes.md',
        '# Notes\n\nThe **best** run, see [the model](models:/digits/3).\n\n| lr | loss |\n|---|---|\n| 0.1 | 0.4 |\n\n```python\nmodel.fit(x)\n```\n\n<script>alert(1)</script>\n',
      ),
    },
    { seen: ['Notes', 'best', '<script>alert(1)</script>', 'model.fit(x)'], waits: '.rl-md' },
  ),
  kindCase(
    'report without its scripts',
    { view: { kind: 'html', language: 'html' }, ...runText('report.html', REPORT) },
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
        const frame = root.querySelector('iframe');
        // Set as a property, the empty list must have become the attribute that forbids all.
        if (frame?.getAttribute('sandbox') !== '') throw new Error('No sandbox');
        if (/elsewhere|remove\(\)/.test(frame.srcdoc)) throw new Error('It reaches out');
      },
    },
  ),
  kindCase(
    'report where nothing may run',
    {
      view: { kind: 'html', language: 'html' },
      ...runText('report.html', '<h1>Report</h1><script>draw()</script>'),
      start: {
        place: { id: 'p', name: 'digits', source: undefined, canWrite: false, canRun: false },
      },
    },
    { height: 600, seen: ['Run Scripts in This Report', '(1)'], waits: 'iframe' },
  ),
  kindCase('model', MLMODEL, {
    seen: [
      'sklearn',
      'float32 (any, 28, 28)',
      'mlflow.pyfunc.load_model("runs:/run1/model")',
      'scikit-learn==1.7.0',
    ],
    waits: '.art-short',
  }),
  kindCase(
    'model that cannot be read',
    {
      view: { kind: 'mlmodel', language: 'yaml' },
      ...runText('model/MLmodel', 'flavors: [\n'),
      facts: { size: 11, problem: 'MLmodel cannot be read: its list is not closed (line 2).' },
    },
    { seen: ['its list is not closed', 'flavors: ['], waits: '.art-lines' },
  ),
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
      waits: '.art-globals',
    },
  ),
  kindCase(
    'pickle that imports nothing',
    { view: { kind: 'pickle', globals: [], complete: true }, ...runFile('values.pkl') },
    { seen: ['Nothing: only numbers, texts'], waits: '.art-caution' },
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
      waits: '[role=gridcell]',
    },
  ),
  kindCase(
    'archive that is damaged and empty',
    {
      view: { kind: 'archive', total: 0, entries: [] },
      facts: { problem: 'The archive is damaged: entries are missing in its directory.' },
      ...runFile('data.zip'),
    },
    { height: 600, seen: ['This archive is empty', 'The archive is damaged'], waits: '.rl-empty' },
  ),
  kindCase(
    'PDF',
    {
      view: { kind: 'pdf', mediaType: 'application/pdf' },
      facts: { size: 120_000 },
      ...runFile('paper.pdf'),
    },
    { seen: ['PDF document', 'application/pdf', 'Open Externally'], waits: '.art-section' },
  ),
  kindCase(
    'film',
    { view: { kind: 'video', mediaType: 'video/mp4' }, ...runFile('clip.mp4') },
    {
      seen: ['video/mp4', 'Open Externally'],
      waits: '.art-section',
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
      waits: '.art-hex',
    },
  ),
  kindCase(
    'file that is gone',
    {
      ...runFile('gone.csv'),
      answers: {
        ...runFile('gone.csv').answers,
        'POST /api/file-facts': () => {
          throw new Error('There is no file "gone.csv". It may have been deleted or moved.');
        },
      },
    },
    { seen: ['There is no file "gone.csv"', 'Try Again', 'Open Its Run'], waits: '.rl-problem' },
  ),
  kindCase(
    'file on its way',
    {
      ...runFile('slow.csv'),
      answers: { ...runFile('slow.csv').answers, 'POST /api/file-facts': never },
    },
    { seen: ['Reading the file', 'slow.csv'], waits: '.rl-bone' },
  ),
];
