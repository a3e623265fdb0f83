/** Workspaces made by a seed, of which it is known what a step reaches. */
import type { SourceRef } from '../../../../../src/domain/pipeline';
import { ref } from './workspace';

export interface GeneratedEdit {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly isReached: boolean;
}
export interface GeneratedWorkspace {
  readonly files: Readonly<Record<string, string>>;
  readonly step: SourceRef;
  readonly edits: readonly GeneratedEdit[];
}

const KINDS = ['function', 'class', 'subclass', 'constant', 'table', 'decorated'] as const;
const IMPORTS = ['name', 'renamed', 'module', 'alias', 'star', 'local', 'package'] as const;

interface Item {
  readonly index: number;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly module: number;
  /** Items that its code uses. */
  readonly uses: readonly number[];
}

/** Small numbers from a seed; equal seeds give equal ones. */
export function randomFrom(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % Math.max(1, below);
  };
}

export function generatedWorkspace(seed: number): GeneratedWorkspace {
  const random = randomFrom(seed);
  const modules = 2 + random(3);
  const items = Array.from({ length: 5 + random(8) }, (_, index): Item => {
    const earlier = Array.from({ length: Math.min(index, random(3)) }, () => random(index));
    const kind = KINDS[random(KINDS.length)] ?? 'function';
    const uses = [...new Set(earlier)];
    return { index, name: `item${index}`, kind, module: random(modules), uses };
  });
  const style = (from: number, to: number) =>
    IMPORTS[(seed + from * 3 + to * 5) % IMPORTS.length] ?? 'name';
  const texts = Array.from({ length: modules }, (_, at) => moduleText(items, at, style));
  const used = [...new Set([random(items.length), random(items.length)])];
  const main = new Imports(-1, style);
  const calls = used.map((index) => main.use(items[index]!));
  const step = `@step\ndef work(x: int = 1):\n${main.locals}    return ${calls.join(' + ')} + 77770\n`;
  const files: Record<string, string> = {
    'train.py': `from runlens import step\n${main.top}\n${step}\ndef unused():\n    return 77771\n`,
    'pkg/__init__.py': texts.map((_, at) => `from . import m${at}\n`).join(''),
    ...Object.fromEntries(texts.map((text, at) => [`pkg/m${at}.py`, text])),
  };
  const reached = closure(items, used);
  const edits = items.map(
    (item): GeneratedEdit => ({
      what: `${item.kind} ${item.name} in m${item.module}`,
      file: `pkg/m${item.module}.py`,
      find: marker(item),
      replace: `${marker(item)}9`,
      isReached: reached.has(item.index),
    }),
  );
  const own = (find: string, isReached: boolean): GeneratedEdit => ({
    what: `${find} of train.py`,
    file: 'train.py',
    find,
    replace: `${find}9`,
    isReached,
  });
  return { files, step: ref('work'), edits: [...edits, own('77770', true), own('77771', false)] };
}

/** A number that is nowhere else. */
const marker = ({ index }: Item): string => `5${String(index).padStart(3, '0')}1`;

function closure(items: readonly Item[], from: readonly number[]): Set<number> {
  const found = new Set<number>();
  const pending = [...from];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (found.has(index)) continue;
    found.add(index);
    pending.push(...(items[index]?.uses ?? []));
  }
  return found;
}

type Style = (from: number, to: number) => (typeof IMPORTS)[number];

/** How one module names what is in another. */
class Imports {
  private readonly lines = new Set<string>();
  private readonly inner = new Set<string>();

  constructor(
    private readonly module: number,
    private readonly style: Style,
  ) {}

  get top(): string {
    return [...this.lines].map((line) => `${line}\n`).join('');
  }
  /** Import statements inside the function. */
  get locals(): string {
    return [...this.inner].map((line) => `    ${line}\n`).join('');
  }

  /** An expression whose value depends on the item. */
  use(item: Item): string {
    const name = this.name(item);
    if (item.kind === 'class' || item.kind === 'subclass') return `${name}().run(x)`;
    if (item.kind === 'constant') return name;
    if (item.kind === 'table') return `${name}["a"]`;
    return `${name}(x)`;
  }

  name({ name, module }: Item): string {
    if (module === this.module) return name;
    const path = this.module < 0 ? `pkg.m${module}` : `.m${module}`;
    const folder = this.module < 0 ? 'pkg' : '.';
    switch (this.style(this.module, module)) {
      case 'name':
        this.lines.add(`from ${path} import ${name}`);
        return name;
      case 'renamed':
        this.lines.add(`from ${path} import ${name} as other_${name}`);
        return `other_${name}`;
      case 'module':
        this.lines.add(`import pkg.m${module}`);
        return `pkg.m${module}.${name}`;
      case 'alias':
        this.lines.add(`import pkg.m${module} as mod${module}`);
        return `mod${module}.${name}`;
      case 'star':
        this.lines.add(`from ${path} import *`);
        return name;
      case 'local':
        if (this.module >= 0) {
          this.lines.add(`from ${folder} import m${module}`);
          return `m${module}.${name}`;
        }
        this.inner.add(`from ${path} import ${name} as inner_${name}`);
        return `inner_${name}`;
      default:
        this.lines.add(`from ${folder} import m${module} as sub${module}`);
        return `sub${module}.${name}`;
    }
  }
}

function moduleText(items: readonly Item[], at: number, style: Style): string {
  const imports = new Imports(at, style);
  const own = items.filter(({ module }) => module === at);
  const definitions = own.map((item) => definition(item, items, imports));
  return `"""Module ${at}."""\n${imports.top}\n${definitions.join('\n')}`;
}

function definition(item: Item, items: readonly Item[], imports: Imports): string {
  const { name, kind, uses } = item;
  const others = uses.map((index) => items[index]!);
  const value = [...others.map((other) => imports.use(other)), marker(item)].join(' + ');
  switch (kind) {
    case 'constant':
      return `${name} = (lambda x: ${value})(0)\n`;
    case 'table':
      return `${name} = {}\n${name}["a"] = (lambda x: ${value})(0)\n`;
    case 'class':
      return `class ${name}:\n    """Doc."""\n    def run(self, x):\n        return ${value}\n`;
    case 'subclass': {
      const base = others.find((other) => other.kind === 'class');
      const bases = base ? `(${imports.name(base)})` : '';
      return `class ${name}${bases}:\n    rate = 1\n\n    def run(self, x):\n        return ${value}\n`;
    }
    case 'decorated':
      return `@(lambda function: function)\ndef ${name}(x, y=3):\n    return ${value}\n`;
    default:
      return `def ${name}(x):\n    """Doc."""\n    return ${value}\n`;
  }
}
