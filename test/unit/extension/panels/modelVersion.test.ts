// Which version of a model a link or address means.
import assert from 'node:assert/strict';
import { modelOfUri, withNumber } from '../../../../src/extension/panels/modelVersion';
import type { FolderSession } from '../../../../src/extension/session/folderSession';

function sessionOf(answers: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const session = {
    call: async (_route: string, { uri }: { uri: string }) => {
      asked.push(uri);
      const version = answers[uri];
      return version === undefined
        ? { kind: 'none', message: `nothing at ${uri}` }
        : { kind: 'version', version };
    },
  } as unknown as FolderSession;
  return { session, asked };
}

describe('the version of a model that is opened', () => {
  it('is read from addresses of versions, stages and aliases, and from no other text', () => {
    assert.deepEqual(modelOfUri('models:/digits/3'), { model: 'digits', version: '3' });
    assert.deepEqual(modelOfUri('models:/digits@champion'), {
      model: 'digits',
      version: '@champion',
    });
    assert.deepEqual(modelOfUri('models:/digits/Production'), {
      model: 'digits',
      version: 'Production',
    });
    for (const other of ['digits', `models:/m-${'1'.repeat(32)}`, `runs:/${'1'.repeat(32)}`]) {
      assert.equal(modelOfUri(other), undefined);
    }
  });

  it('is a number: asked for aliases, stages and latest, taken as it is when it is one', async () => {
    const { session, asked } = sessionOf({
      'models:/digits@champion': 2,
      'models:/digits/Production': 5,
      'models:/digits/latest': 7,
    });
    const numberOf = async (version: string) =>
      (await withNumber({ model: 'digits', version }, session)).version;
    assert.equal(await numberOf('@champion'), '2');
    assert.equal(await numberOf('Production'), '5');
    assert.equal(await numberOf('latest'), '7');
    assert.equal(asked.length, 3);
    assert.equal(await numberOf('12'), '12');
    assert.deepEqual(await withNumber({ model: 'digits' }, session), { model: 'digits' });
    assert.equal(asked.length, 3);
  });

  it('is told when there is none', async () => {
    const { session } = sessionOf({});
    await assert.rejects(withNumber({ model: 'digits', version: '@gone' }, session), {
      code: 'model.unknown',
      message: 'nothing at models:/digits@gone',
    });
  });
});
