// The Artifact page: versions of an artifact, what is known of them, how they differ, and what is hostile.
import type { PanelSubject } from '../../../src/protocol/webview/panel';
import { never } from '../answeringPanel';
import { IMAGE, kindCase, settle } from '../artifactCase';
import { ARTIFACT, LINEAGE, OTHER_PICTURE, PICTURE, tableOf } from '../artifactHost';
import { appears, type GalleryCase } from '../galleryCase';

const GONE: PanelSubject = { kind: 'artifact', artifactId: 'gone' };

const HOSTILE_NAME = 'evil‮gpj.<script>alert(1)</script>\nשלום 🎉.csv';

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
      waits: '[role=gridcell]',
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
        (await appears(root, '.art-tools vscode-button:not([disabled])')).click();
        for (let i = 0; i < 50 && !root.textContent?.includes('Row 8, station'); i += 1) {
          await new Promise((resolve) => setTimeout(resolve, 40));
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
      },
    },
  ),
  kindCase(
    'table sorted by a column, from the end',
    { answers: { 'POST /api/file-table': tableOf(120_000, { total: 120_000 }) } },
    {
      height: 880,
      seen: ['120,000 rows', '1700119999'],
      async act(root) {
        await settle(root, '[role=gridcell]');
        for (let i = 0; i < 2; i += 1) {
          const head = [...root.querySelectorAll<HTMLElement>('[role=columnheader]')];
          head.find(({ textContent }) => textContent?.startsWith('time'))?.click();
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
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
      waits: '.rl-problem',
    },
  ),
  kindCase(
    'facts with statistics',
    { kept: { tab: 'facts' } },
    {
      seen: ['Statistics', 'temperature', '14.204', 'Distribution', 'source.url', 'שלום', 'c0ffee'],
      waits: '.art-histogram',
    },
  ),
  kindCase(
    'versions',
    { kept: { tab: 'versions' } },
    {
      height: 700,
      seen: ['7 (shown)', 'Compare', 'weather · load'],
      waits: '[role=gridcell]',
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
      waits: 'ins',
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
    'compared pictures: side by side',
    {
      view: IMAGE,
      kept: { tab: 'compare' },
      uriOf: (place) =>
        'artifactId' in place && place.artifactId === 'a6' ? OTHER_PICTURE : PICTURE,
    },
    { height: 900, seen: ['Side by side', '8 × 8 pixels'], waits: '.art-picture' },
  ),
  kindCase(
    'compared texts',
    { view: { kind: 'text', language: 'json' }, kept: { tab: 'compare' }, facts: { size: 2000 } },
    { seen: ['Compare in the Editor', '2 KB'], waits: '.art-section vscode-button' },
  ),
  kindCase(
    'compared with another of the same content',
    {
      kept: { tab: 'compare', against: 'a3' },
      answers: {
        'GET /api/artifacts/:id': ({ id }) =>
          id === 'a3' ? { ...ARTIFACT, id, version: '3', createdAt: 0 } : ARTIFACT,
      },
    },
    {
      seen: ['The content of both versions is the same.', 'byte by byte', 'version 3'],
      waits: '.art-section',
    },
  ),
  kindCase(
    'nothing to compare with',
    {
      kept: { tab: 'compare' },
      answers: { 'GET /api/lists/artifact-versions': () => ({ items: [ARTIFACT], total: 1 }) },
    },
    { seen: ['There is only one version'], waits: '.rl-empty' },
  ),
  kindCase(
    'made outside of steps, of many files',
    {
      view: { kind: 'text', language: 'yaml' },
      facts: { size: 20 },
      kept: { path: 'model/part-7/weights.bin' },
      answers: {
        'GET /api/artifacts/:id': () => ({
          ...ARTIFACT,
          files: Array.from({ length: 300 }, (_, i) => ({
            path: `model/part-${i}/weights.bin`,
            size: i * 1000,
          })),
        }),
        'GET /api/artifacts/:id/lineage': () => ({ madeBy: undefined, usedBy: [], same: [] }),
      },
    },
    {
      seen: ['code outside of steps', 'no step yet', '300 files', 'shown below', 'first line'],
      waits: '.art-lines',
    },
  ),
  kindCase(
    'of a server that is down',
    { start: { status: { kind: 'down', message: 'The server of digits has stopped.' } } },
    {
      height: 880,
      seen: ['The server of digits has stopped.', 'Show Log', 'measurements v7'],
      waits: '[role=gridcell]',
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
      waits: '[role=gridcell]',
    },
  ),
  kindCase(
    'deleted',
    { subject: GONE },
    {
      seen: ['There is no artifact gone', 'Try Again'],
      waits: '.rl-problem',
    },
  ),
  kindCase(
    'without files',
    {
      answers: { 'GET /api/artifacts/:id': () => ({ ...ARTIFACT, files: [] }) },
    },
    { seen: ['This version has no files'], waits: '.rl-empty' },
  ),
  kindCase(
    'on its way',
    { answers: { 'GET /api/artifacts/:id': never } },
    { seen: ['Reading the artifact'], waits: '.rl-bone' },
  ),
];
