// The filter line: what stands at the caret, what is offered, when a text is taken, where it is wrong.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { render } from 'preact';
import { parseFilter } from '../../src/domain/search/parse';
import { RUNS } from '../../src/domain/search/subjects';
import { refusalOf } from '../../webview/shared/filter/check';
import { contextAt } from '../../webview/shared/filter/context';
import { FilterLine, type FilterLineProps } from '../../webview/shared/filter/filterLine';
import { accepted, quotedText, suggestions } from '../../webview/shared/filter/suggest';
import { openPage } from './dom';

/** The text with its caret as `|`. */
function at(marked: string) {
  const caret = marked.indexOf('|');
  return { text: marked.replace('|', ''), caret };
}
const NAMES = {
  metrics: ['loss', 'val/loss', 'lr', 'status'],
  params: ['lr', 'optimizer', 'learning rate', 'a`b'],
  tags: ['team'],
};
const VALUES = ['adam', "it's", '0.01'];
const offered = (marked: string) => {
  const { text, caret } = at(marked);
  const context = contextAt(text, caret);
  const items = suggestions(context, RUNS, { names: NAMES, values: VALUES });
  return { text, context, items, labels: items.map(({ label }) => label) };
};

describe('the place of the caret', () => {
  for (const [marked, expected] of [
    ['|', 'name'],
    ['lo|', 'name'],
    ['metrics.lo|', 'name'],
    ['metrics.`val/|', 'name'],
    ['max(metrics.|', 'name'],
    ['not |', 'name'],
    ['(|', 'name'],
    ['has |', 'name'],
    ['loss |', 'operator'],
    ['max(loss) |', 'operator'],
    ['run_name li|', 'operator'],
    ['run_name not |', 'operator'],
    ['loss < |', 'value'],
    ['loss < 0.|', 'value'],
    ["params.optimizer = 'ad|", 'value'],
    ["params.optimizer in ('adam', '|", 'value'],
    ['loss < 0.1 |', 'join'],
    ["params.optimizer = 'adam'|", 'join'],
    ["run_id in ('a') |", 'join'],
    ['tags.team is null |', 'join'],
    ['loss < 0.1 an|', 'join'],
    ['loss < 0.1 and |', 'name'],
    ['(loss < 0.1 or lr > 1) |', 'join'],
    ["loss < 0.1 and status = '|", 'value'],
    ['loss < 0.1 and lr > 1 or |', 'name'],
  ] as const) {
    it(`of ${marked} is that of a ${expected}`, () =>
      assert.equal(offered(marked).context.at, expected));
  }

  it('is found in any text, and what is chosen stays inside it', () => {
    const piece = fc.constantFrom(
      'loss',
      ' ',
      '<',
      '0.1',
      'and',
      '(',
      ')',
      "'",
      '"',
      '`',
      'in',
      'is null',
      'ü',
      '.',
      ',',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.nat(60), (pieces, where) => {
        const text = pieces.join('');
        const caret = Math.min(where, text.length);
        const context = contextAt(text, caret);
        assert.ok(
          context.from >= 0 &&
            context.from <= caret &&
            context.to >= caret &&
            context.to <= text.length,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('suggestions', () => {
  it('are names by their key or in full, those that begin so first', () => {
    assert.deepEqual(offered('lo|').labels.slice(0, 2), ['metrics.loss', 'metrics.val/loss']);
    assert.deepEqual(offered('params.op|').labels, ['params.optimizer']);
    assert.ok(offered('|').labels.includes('run_name'));
  });

  it('are operators and values that fit the name', () => {
    assert.ok(!offered('loss |').labels.includes('LIKE'));
    assert.ok(offered('run_name |').labels.includes('ILIKE'));
    assert.deepEqual(offered("status = '|").labels, [
      'RUNNING',
      'SCHEDULED',
      'FINISHED',
      'FAILED',
      'KILLED',
    ]);
    assert.deepEqual(offered('created > |').labels, ['-10m', '-1h', '-1d', '-7d']);
    assert.deepEqual(offered("params.optimizer = 'ad|").labels, ['adam']);
  });

  it('are put in the place of what was written', () => {
    const put = (marked: string, label: string) => {
      const { text, context, items } = offered(marked);
      const item = items.find((each) => each.label === label);
      assert.ok(item, `${label} is not among ${items.map((each) => each.label).join()}`);
      const next = accepted(text, context, item);
      return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`;
    };
    assert.equal(put('lo|', 'metrics.loss'), 'loss |');
    assert.equal(put('l|', 'metrics.lr'), 'metrics.lr |', 'two things have that name');
    assert.equal(put('val|', 'metrics.val/loss'), 'metrics.`val/loss` |');
    assert.equal(put('sta|', 'metrics.status'), 'metrics.status |', 'an attribute has that name');
    assert.equal(put('params.a|', 'params.a`b'), 'params."a`b" |');
    assert.equal(put('params.`learning r|', 'params.learning rate'), 'params.`learning rate` |');
    assert.equal(put("params.optimizer = 'ad|'", 'adam'), "params.optimizer = 'adam' |");
    assert.equal(put('params.optimizer = |', "it's"), 'params.optimizer = "it\'s" |');
    assert.equal(put('params.lr = |', '0.01'), 'params.lr = 0.01 |');
    assert.equal(put('loss < 0.1 a|', 'AND'), 'loss < 0.1 AND |');
    assert.equal(put('lo|ss < 1', 'metrics.loss'), 'loss |< 1');
    assert.equal(put('l l|', 'LIKE'), 'l LIKE |', 'the operator begins as the name is');
  });

  it('of names and values make filters that can be read', () => {
    const key = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((text) => !(text.includes('`') && text.includes('"')));
    fc.assert(
      fc.property(key, fc.string({ maxLength: 12 }), (name, value) => {
        if (/[\\]/.test(name + value) || name.trim() !== name) return;
        const text = quotedText(value);
        if (text === undefined) return;
        const known = { metrics: [], params: [name], tags: [] };
        const context = contextAt('params.', 7);
        const item = suggestions(context, RUNS, { names: known, values: [] }).find(
          (each) => each.kind === 'param',
        );
        if (!item) return;
        const filter = parseFilter(`${item.insert}= ${text}`, RUNS, 0);
        assert.ok(filter.kind === 'leaf' && filter.leaf.kind === 'test');
        const { field } = filter.leaf;
        assert.ok('key' in field && field.key === name);
      }),
    );
  });
});

describe('a refused filter', () => {
  it('says where, and what would be right there', () => {
    const refused = refusalOf("loss < 0.1 AND metricz.x = 'a'", RUNS);
    assert.equal(refused?.from, 15);
    assert.equal(refused?.to, 24);
    assert.match(refused?.message ?? '', /metricz/);
    assert.ok(refused?.valid.includes('metric'));
    assert.ok(!refused?.valid.includes('dataset'), 'the message names it already');
    assert.equal(refusalOf('loss < 0.1', RUNS), undefined);
    for (const half of ['loss <', 'params.lr', "status = 'FIN", "model IN ('a", '(loss < 1']) {
      assert.equal(refusalOf(half, RUNS)?.isUnfinished, true, half);
    }
    for (const wrong of ['metricz.x >', 'loss < < 1', "status = 'FINISHED' oops b"]) {
      assert.equal(refusalOf(wrong, RUNS)?.isUnfinished, undefined, wrong);
    }
  });
});

describe('the filter line', () => {
  let page: ReturnType<typeof openPage>;
  let filters: string[];
  let histories: (readonly string[])[];
  let props: FilterLineProps;
  beforeEach(() => {
    page = openPage();
    filters = [];
    histories = [];
    (globalThis as Record<string, unknown>)['HTMLInputElement'] = page.window.HTMLInputElement;
    props = {
      value: '',
      onFilter: (text) => filters.push(text),
      names: { names: async () => NAMES, values: async () => VALUES },
      history: ['old filter'],
      onHistory: (history) => histories.push(history),
    };
  });
  afterEach(async () => {
    render(null, page.root);
    await page.close();
  });
  const soon = (ms = 40) => new Promise((resolve) => setTimeout(resolve, ms));
  const draw = async (over: Partial<FilterLineProps> = {}) => {
    props = { ...props, ...over };
    render(<FilterLine {...props} />, page.root);
    await soon();
  };
  const input = () => page.root.querySelector('input')!;
  const write = (text: string) => {
    input().focus();
    input().value = text;
    input().setSelectionRange(text.length, text.length);
    input().dispatchEvent(new page.window.Event('input', { bubbles: true }) as never);
  };
  const type = async (text: string) => {
    write(text);
    for (let i = 0; i < 20 && options().length === 0; i += 1) await soon(10);
    await soon(10);
  };
  const press = async (key: string) => {
    const { KeyboardEvent } = page.window;
    input().dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }) as never,
    );
    await soon();
  };
  const options = () =>
    [...page.root.querySelectorAll('[role=option]')].map((each) => each.textContent);

  it('takes a text that can be understood a little after the last key', async () => {
    await draw();
    write('loss < 0');
    write('loss < 0.1');
    assert.deepEqual(filters, []);
    await soon(300);
    assert.deepEqual(filters, ['loss < 0.1']);
  });

  it('does not take half a clause, and calls it wrong only after a while', async () => {
    await draw();
    write('loss <');
    await soon(300);
    assert.equal(page.root.querySelector('.rl-filter-problem'), null);
    await soon(500);
    assert.ok(page.root.querySelector('.rl-filter-problem'));
    assert.equal(input().getAttribute('aria-invalid'), 'true');
    assert.deepEqual(filters, []);
    write('loss < 1');
    await soon();
    assert.equal(page.root.querySelector('.rl-filter-problem'), null, 'at once right again');
  });

  it('calls no clause wrong whose end is missing, as long as the list says how to go on', async () => {
    await draw();
    await type('params.optimizer = ');
    await soon(800);
    assert.ok(options().includes('adam'));
    assert.equal(page.root.querySelector('.rl-filter-problem'), null);
    await press('Escape');
    const text = page.root.querySelector('.rl-filter-problem')?.textContent ?? '';
    assert.match(text, /The last clause is not finished/);
    assert.doesNotMatch(text, /Valid here/);
    assert.equal(page.root.querySelector('mark')?.textContent, '=');
  });

  it('is a combobox: arrows choose, Enter takes, Escape closes', async () => {
    await draw();
    await type('params.o');
    assert.deepEqual(options(), ['params.optimizer']);
    assert.equal(input().getAttribute('aria-expanded'), 'true');
    await press('ArrowDown');
    const active = input().getAttribute('aria-activedescendant');
    assert.ok(
      active &&
        page.root.querySelector(`[id="${active}"]`)?.getAttribute('aria-selected') === 'true',
    );
    await press('Enter');
    assert.equal(input().value, 'optimizer ');
    assert.ok(options().includes('LIKE'));
    await press('Escape');
    assert.deepEqual(options(), []);
  });

  it('remembers what was committed, the newest first, and offers it', async () => {
    await draw();
    write('loss < 0.1');
    await soon();
    await press('Enter');
    assert.deepEqual(filters, ['loss < 0.1']);
    assert.deepEqual(histories.at(-1), ['loss < 0.1', 'old filter']);
    await draw({ history: histories.at(-1)!, value: 'loss < 0.1' });
    await type('');
    await press('ArrowDown');
    assert.deepEqual(options().slice(0, 2), ['loss < 0.1', 'old filter']);
  });

  it('shows the refusal of the server at its place', async () => {
    const refusal = {
      code: 'search.invalid',
      message: "'lr' is both",
      text: 'lr > 1',
      position: 0,
      valid: ['metrics.lr', 'params.lr'],
    };
    await draw({ value: 'lr > 1', refusal });
    assert.match(
      page.root.querySelector('.rl-filter-problem')!.textContent!,
      /'lr' is both.*metrics\.lr/,
    );
    assert.equal(page.root.querySelector('mark')!.textContent, 'lr');
  });

  it('follows a filter that comes from outside', async () => {
    await draw();
    await draw({ value: "status = 'FAILED'" });
    assert.equal(input().value, "status = 'FAILED'");
  });

  it('forgets what was typed and what was wrong when another filter comes from outside', async () => {
    await draw({ value: 'nonsense.name = 1' });
    assert.ok(page.root.querySelector('.rl-filter-problem'));
    write('loss < 0.1');
    await draw({ value: "status = 'FAILED'" });
    assert.equal(page.root.querySelector('.rl-filter-problem'), null);
    await soon(300);
    assert.deepEqual(filters, [], 'the text of before is not taken');
    await draw({ value: 'nonsense.name = 2' });
    assert.ok(page.root.querySelector('.rl-filter-problem'), 'what comes may be wrong, too');
    await draw({ value: '' });
    assert.equal(page.root.querySelector('.rl-filter-problem'), null);
  });
});
