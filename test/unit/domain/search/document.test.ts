// Every example of docs/search.md is of the language, and every attribute that it names is there.
import assert from 'node:assert/strict';
import { parseOrder } from '../../../../src/domain/search/order';
import { parseFilter } from '../../../../src/domain/search/parse';
import {
  EXPERIMENTS,
  LOGGED_MODELS,
  MODEL_VERSIONS,
  REGISTERED_MODELS,
  RUNS,
  type Subject,
} from '../../../../src/domain/search/subjects';
import { code, filterExamples, orderExamples, rows, section } from './document';

describe('docs/search.md', () => {
  it('shows filters that are understood', () => {
    const examples = filterExamples();
    assert.ok(examples.length >= 20, `${examples.length} examples`);
    for (const example of examples) parseFilter(example, RUNS, 0);
  });

  it('shows orders that are understood', () => {
    const examples = orderExamples();
    assert.ok(examples.length >= 5);
    for (const example of examples) parseOrder([example], RUNS);
  });

  it('names every attribute, and no other', () => {
    const subjects: Record<string, Subject> = {
      runs: RUNS,
      experiments: EXPERIMENTS,
      'registered models': REGISTERED_MODELS,
      'model versions': MODEL_VERSIONS,
      'logged models': LOGGED_MODELS,
    };
    const table = rows(section('What can be named'));
    assert.deepEqual(table.map(([name]) => name).sort(), Object.keys(subjects).sort());
    for (const [name = '', named = '', others = ''] of table) {
      const subject = subjects[name]!;
      const keys = new Set([...subject.attributes.values()].map(({ key }) => key));
      const said = code(named);
      for (const key of said) assert.ok(subject.attributes.has(key), `${name}: ${key}`);
      for (const key of keys) assert.ok(said.includes(key), `${name} lacks ${key}`);
      for (const prefix of code(others)) {
        parseFilter(`${prefix}${prefix === 'dataset.' ? 'name' : 'x'} IS NULL`, subject, 0);
      }
      assert.equal(code(others).length, subject.entities.length - 1, name);
    }
  });
});
