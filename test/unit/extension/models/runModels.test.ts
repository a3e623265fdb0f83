// The models of a run: each registered version once, and models that none was registered of.
import assert from 'node:assert/strict';
import { runModels } from '../../../../src/extension/models/runModels';
import type { RunLineage } from '../../../../src/protocol/lineage';

const lineage = (part: Partial<RunLineage>): RunLineage => ({
  datasets: [],
  models: [],
  registered: [],
  environment: undefined,
  ...part,
});

describe('the models of a run', () => {
  it('are its versions, and itself where none is registered', () => {
    const rows = runModels(
      lineage({
        models: [
          { modelId: 'm-1', name: 'digits', direction: 'made', registered: ['team/digits/3'] },
          { modelId: 'm-2', name: 'plain', direction: 'made', registered: [] },
          { modelId: 'm-3', name: 'base', direction: 'used', registered: ['base/1', 'base/2'] },
        ],
        registered: ['team/digits/3', 'other/7'],
      }),
    );
    assert.deepEqual(
      rows.map(({ model, version, direction }) => `${direction} ${model} v${version}`),
      [
        'made team/digits v3',
        'made plain vundefined',
        'used base v1',
        'used base v2',
        'made other v7',
      ],
    );
  });

  it('are none of most runs', () => {
    assert.deepEqual(runModels(lineage({})), []);
  });
});
