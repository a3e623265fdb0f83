// Saved views are files that people edit, pull and remove.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EMPTY_VIEW } from '../../../../src/domain/runsView';
import { SavedViews } from '../../../../src/extension/panels/savedViews';

describe('saved views', () => {
  let data: string;
  let views: SavedViews;
  const folder = () => path.join(data, 'views');
  const view = (name: string, filter: string) => ({ name, view: { ...EMPTY_VIEW, filter } });
  const filters = async () =>
    (await views.list()).views.map(({ name, view: { filter } }) => [name, filter]);

  beforeEach(() => {
    data = fs.mkdtempSync(path.join(os.tmpdir(), 'views-'));
    views = new SavedViews(data);
  });
  afterEach(() => fs.rmSync(data, { recursive: true, force: true }));

  it('are none where no folder is', async () => {
    assert.deepEqual(await views.list(), { views: [], problems: [] });
    assert.equal(fs.existsSync(folder()), false, 'looking writes nothing');
  });

  it('come back by name, each in a file of its own, with no other file left', async () => {
    await views.save(view('Sweep', 'lr > 1'));
    await views.save(view('best / all', 'acc > 0.9'));
    assert.deepEqual(await filters(), [
      ['best / all', 'acc > 0.9'],
      ['Sweep', 'lr > 1'],
    ]);
    const names = fs.readdirSync(folder());
    assert.equal(names.length, 2);
    assert.ok(names.every((name) => name.endsWith('.json')));
  });

  it('are saved over one of the same name, in the file that a person gave it', async () => {
    await views.save(view('Sweep', 'old'));
    fs.renameSync(
      path.join(folder(), fs.readdirSync(folder())[0]!),
      path.join(folder(), 'mine.json'),
    );
    await views.save(view('sweep', 'new'));
    assert.deepEqual(fs.readdirSync(folder()), ['mine.json']);
    assert.deepEqual(await filters(), [['sweep', 'new']]);
    await views.remove('SWEEP');
    await views.remove('SWEEP');
    assert.deepEqual(fs.readdirSync(folder()), []);
  });

  it('a broken file is told and costs no other', async () => {
    await views.save(view('Sweep', 'lr > 1'));
    fs.writeFileSync(path.join(folder(), 'merge.json'), '<<<<<<< HEAD\n');
    const { views: read, problems } = await views.list();
    assert.equal(read.length, 1);
    assert.equal(problems[0]?.file, '.runlens/views/merge.json');
    assert.match(problems[0]?.message ?? '', /no JSON/);
  });

  it('what is no view is not written', async () => {
    await assert.rejects(views.save({ name: 'x', view: { filter: 7 } }), { code: 'view.invalid' });
    await assert.rejects(views.save({ name: ' ', view: EMPTY_VIEW }), { code: 'view.name' });
    assert.equal(fs.existsSync(folder()), false);
  });
});
