// Which annotations can certainly not hold one another's values.
import assert from 'node:assert/strict';
import {
  certainlyDiffers,
  plainAnnotation,
  tupleItems,
} from '../../../../src/language/features/annotations';

const names = new Map([
  ['Annotated', 'typing.Annotated'],
  ['Optional', 'typing.Optional'],
  ['Union', 'typing.Union'],
  ['Dict', 'typing.Dict'],
  ['Tuple', 'typing_extensions.Tuple'],
  ['pd', 'pandas'],
  ['np', 'numpy'],
  ['Any', 'typing.Any'],
  ['set', 'mine.set'],
]);
const both = { made: names, wanted: names };

describe('annotations', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['dict', 'list', true],
    ['dict[str, int]', 'Dict', false],
    ['dict', 'dict[str, list[int]]', false],
    ['int', 'float', false],
    ['float', 'int', false],
    ['str', 'int', false],
    ['int', 'str', true],
    ['bool', 'str', false],
    ['list[int]', 'tuple[int, ...]', false],
    ['list', 'dict', true],
    ['pd.DataFrame', 'dict', true],
    ['pd.DataFrame', 'pd.Series', true],
    ['np.ndarray', 'np.ndarray', false],
    ['np.ndarray', 'list', true],
    ['dict', 'Any', false],
    ['Any', 'dict', false],
    ['Model', 'dict', false],
    ['dict', 'Optional[dict]', false],
    ['None', 'Optional[dict]', false],
    ['list', 'Optional[dict]', true],
    ['dict | None', 'dict', false],
    ['dict | list', 'str', true],
    ['Union[dict, Model]', 'str', false],
    ['Annotated[dict, "a, b"]', 'list', true],
    ['"dict"', 'list', true],
    ['set', 'dict', false],
    ['', 'dict', false],
  ];
  for (const [made, wanted, differs] of cases) {
    it(`${made || 'none'} for ${wanted} ${differs ? 'differs' : 'may fit'}`, () => {
      assert.equal(certainlyDiffers(made, wanted, both), differs);
    });
  }

  it('are taken out of Annotated and Tuple', () => {
    assert.equal(plainAnnotation('Annotated[dict[str, int], "n"]', names), 'dict[str, int]');
    assert.equal(plainAnnotation('Other[dict, "n"]', names), 'Other[dict, "n"]');
    assert.deepEqual(tupleItems('Tuple[Annotated[int, "a,]"], list[int]]', names), [
      'Annotated[int, "a,]"]',
      'list[int]',
    ]);
    assert.equal(tupleItems('tuple[int, ...]', names), undefined);
  });
});
