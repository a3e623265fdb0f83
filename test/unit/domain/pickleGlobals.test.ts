import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { pickleGlobals } from '../../../src/domain/pickleGlobals';

/** Python's own opinion: pickletools over the same bytes. */
const SCRIPT = `
import collections, datetime, decimal, fractions, json, pickle, pickletools, sys

class Evil:
    def __reduce__(self):
        return (eval, ("1",))

values = [
    {"a": [1, 2.5, None, True, "x" * 300, b"y" * 300], "big": 10**40, "neg": -5},
    datetime.datetime(2020, 1, 2),
    [decimal.Decimal("1.5"), fractions.Fraction(1, 3), decimal.Decimal("2")],
    collections.OrderedDict(a={1, 2}, b=frozenset([3])),
    Evil(),
    ("é", bytearray(b"abc"), complex(1, 2)),
]
out = []
for protocol in range(0, 6):
    for value in values:
        data = pickle.dumps(value, protocol)
        names, strings, memo = set(), [], []
        for op, arg, _ in pickletools.genops(data):
            if op.name in ("GLOBAL", "INST"): names.add(arg.replace(" ", "."))
            elif op.name == "STACK_GLOBAL": names.add(".".join(strings[-2:]))
            elif "UNICODE" in op.name or op.name in ("STRING", "SHORT_BINSTRING"): strings.append(arg)
            elif op.name == "MEMOIZE": memo.append(strings[-1] if strings else None)
            elif op.name in ("BINGET", "LONG_BINGET"): strings.append(memo[arg] if arg < len(memo) else None)
        out.append({"hex": data.hex(), "names": sorted(names)})
print(json.dumps(out))
`;

describe('pickleGlobals', () => {
  it("reads the names that Python's own disassembler finds, in every protocol", () => {
    const cases: { hex: string; names: string[] }[] = JSON.parse(
      execFileSync('python3', ['-c', SCRIPT], { encoding: 'utf8' }),
    );
    assert.equal(cases.length, 36);
    for (const { hex, names } of cases)
      assert.deepEqual(pickleGlobals(Buffer.from(hex, 'hex')), names, hex);
    assert.ok(cases.some(({ names }) => names.some((name) => name.endsWith('.eval'))));
  });

  it('says of other bytes that they are no pickle, and never throws', () => {
    for (const text of ['', 'hello world', '{"a": 1}']) {
      assert.equal(pickleGlobals(Buffer.from(text)), undefined);
    }
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        pickleGlobals(bytes);
      }),
    );
  });

  it('says of a pickle that is cut short that it is none', () => {
    const whole = Buffer.from('8004950b000000000000008c05737461727494 2e'.replace(/ /g, ''), 'hex');
    assert.deepEqual(pickleGlobals(whole), []);
    for (let end = 1; end < whole.length; end += 1) {
      assert.equal(pickleGlobals(whole.subarray(0, end)), undefined);
    }
  });
});
