import assert from 'node:assert/strict';
import {
  artifactFacts,
  componentLines,
  loadSnippet,
} from '../../../../src/extension/documents/facts';
import type { ArtifactRow } from '../../../../src/protocol/rows';

const artifact: ArtifactRow = {
  id: 'ab12',
  name: 'my-model',
  version: '3',
  type: 'sklearn.svm.SVC',
  materializer: 'pickle',
  size: 2048,
  createdAt: 0,
  metadata: { note: 'a|b', shape: [2, 3] },
  folder: '/x',
  files: [{ path: 'data.pkl', size: 2048 }],
  pipeline: 'training',
  stepId: 'train',
};

describe('artifactFacts', () => {
  it('states type, size, maker, metadata and files', () => {
    const text = artifactFacts(artifact, ['sklearn.svm.SVC']);
    for (const part of [
      '# my-model v3',
      '`sklearn.svm.SVC`',
      '2 KB',
      'training / train',
      '`data.pkl`',
      '[2,3]',
    ]) {
      assert.ok(text.includes(part), part);
    }
    assert.ok(text.includes('a\\|b'), 'a bar would end the cell');
    assert.ok(text.includes('What loading would import'));
  });

  it('says nothing of imports when nothing was scanned', () => {
    assert.doesNotMatch(artifactFacts(artifact, undefined), /would import/);
  });
});

describe('loadSnippet', () => {
  it('is Python whatever the name is', () => {
    assert.match(loadSnippet(artifact), /^my_model = Client\(\)/m);
    assert.match(loadSnippet({ ...artifact, name: '3d' }), /^artifact_3d = /m);
  });
});

describe('componentLines', () => {
  it('has one sorted line a component, with what could not be followed last', () => {
    const text = componentLines({
      key: 'k',
      components: [
        { name: 'parameter:gamma', digest: 'd1', display: '0.1' },
        {
          name: 'code',
          digest: 'abc',
          source: { file: 'a.py', module: 'a', qualname: 'f', line: 4 },
        },
      ],
      notTracked: ['getattr'],
    });
    assert.equal(text, 'code = abc  # a.py:4\nparameter:gamma = 0.1\n# not tracked: getattr\n');
  });
});
