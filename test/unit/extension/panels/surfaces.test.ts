// Kinds of panels: one per subject, called what people call it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PANELS } from '../../../../src/extension/contributions';
import { fileName } from '../../../../src/extension/panels/panelHost';
import { reportHtml } from '../../../../src/extension/panels/reportHtml';
import {
  firstTitle,
  panelKey,
  SURFACE_TOPICS,
  SURFACES,
  surfaceOf,
  tabTitle,
} from '../../../../src/extension/panels/surfaces';
import { english } from '../../../support/english';

describe('panels', () => {
  it('are the same for the same subject of the same place only', () => {
    const key = panelKey('/p', { kind: 'pipeline', pipeline: 'a', pipelineRunId: 'r' });
    assert.equal(key, panelKey('/p', { pipelineRunId: 'r', pipeline: 'a', kind: 'pipeline' }));
    assert.notEqual(key, panelKey('/q', { kind: 'pipeline', pipeline: 'a', pipelineRunId: 'r' }));
    assert.notEqual(key, panelKey('/p', { kind: 'pipeline', pipeline: 'a' }));
  });

  it('have a view type each, and follow the status', () => {
    for (const surface of SURFACES) {
      assert.ok(SURFACE_TOPICS[surface].includes('status'), surface);
    }
    assert.equal(new Set(Object.values(PANELS)).size, SURFACES.length);
    assert.equal(surfaceOf({ kind: 'file', runId: 'a', path: 'x' }), 'artifact');
  });

  it('say at once what they are of', () => {
    assert.equal(
      firstTitle({ kind: 'charts', runIds: ['a', 'b', 'c'] }, english),
      'Compare 3 Runs',
    );
    assert.equal(
      firstTitle({ kind: 'file', runId: 'a', path: 'plots/loss.png' }, english),
      'loss.png',
    );
    assert.equal(firstTitle({ kind: 'models', model: 'm', version: '2' }, english), 'm v2');
  });

  it('have a title of one line that is not endless, whatever a name holds', () => {
    assert.equal(tabTitle(' a\n\u202eb\u0000 '), 'a b');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const title = tabTitle(name);
        assert.ok([...title].length <= 60 && title !== '');
        assert.doesNotMatch(title, /[\p{Cc}\u2028\u2029\u202e]/u);
      }),
    );
  });

  it('propose names of files that every system takes', () => {
    assert.equal(fileName('../../etc/pass:wd?.csv'), '_.._etc_pass_wd_.csv');
    assert.equal(fileName('..'), 'runlens');
    assert.equal(fileName(`${'m'.repeat(250)}.png`), `${'m'.repeat(116)}.png`);
    assert.equal(fileName(`${'m'.repeat(115)}😀😀.csv`), `${'m'.repeat(115)}.csv`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        assert.match(fileName(name), /^[^<>:"/\\|?*\p{Cc}]{1,120}$/u);
      }),
    );
  });
});

describe('a report whose scripts run', () => {
  const html = reportHtml(
    '\uFEFF<!doctype html><html><head><title>r</title></head><body>x</body></html>',
  );

  it('has its policy before everything of its own', () => {
    assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<title>'));
    assert.equal(html.match(/<!doctype/gi)?.length, 1);
  });

  it('reaches nothing', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    const parts = policy.split('; ').map((part) => part.split(' '));
    assert.deepEqual(parts[0], ['default-src', "'none'"]);
    for (const what of ['connect-src', 'frame-src', 'form-action', 'base-uri']) {
      assert.deepEqual(
        parts.find(([name]) => name === what),
        [what, "'none'"],
      );
    }
    assert.doesNotMatch(policy, /https?:|\*|'self'/);
  });
});
