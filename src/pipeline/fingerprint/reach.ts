/** Follows names from a step through the workspace by static rules, and makes a component of each. */
import type { FingerprintComponent, SourceRef } from '../../domain/pipeline';
import { lineOf, type Statement, type SyntaxNode, shortText } from '../../syntax/nodes';
import type { DynamicUse, Reference } from '../../syntax/references';
import { type Binding, type ImportTarget, parameterNames, scopeNames } from '../../syntax/scopes';
import { definitionText, dottedNames } from './brokenFile';
import { digestOfParts } from './digest';
import { filesOf, type ModulePlace, moduleName, moduleOf, submodule } from './imports';
import type { Definition, Part, SourceFile } from './sourceFile';

type OpenFile = (file: string) => SourceFile | undefined;

/** Code whose names are being followed. */
interface Owner {
  readonly file: SourceFile;
  /** For people: in which function a place is. */
  readonly name: string;
  /** Functions around it, innermost first. */
  readonly enclosing: readonly SyntaxNode[];
  /** Names from outside the workspace that it uses, with where they come from. */
  readonly externals: Set<string>;
}

/** A component whose outside names are still being collected. */
interface Pending {
  readonly component: Omit<FingerprintComponent, 'digest'>;
  readonly parts: readonly string[];
  readonly owner: Owner;
}

export class Reach {
  private readonly found = new Map<string, Pending>();
  private readonly visited = new Set<string>();
  private readonly names = new Set<string>();
  private readonly untracked = new Set<string>();
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly open: OpenFile,
    private readonly roots: readonly string[],
  ) {}

  /** Follows a step; false when it is not there. */
  step(source: SourceRef): boolean {
    const file = this.open(source.file);
    if (!file) return false;
    const isFound = file.isBroken ? this.brokenStep(file, source) : this.parsedStep(file, source);
    for (let next = this.queue.shift(); next; next = this.queue.shift()) next();
    return isFound;
  }

  components(): FingerprintComponent[] {
    return [...this.found.values()].map(({ component, parts, owner }) => ({
      ...component,
      digest: digestOfParts([...parts, ...[...owner.externals].sort()]),
    }));
  }

  get notTracked(): string[] {
    return [...this.untracked];
  }

  private parsedStep(file: SourceFile, source: SourceRef): boolean {
    const place = file.locate(source.qualname, source.line);
    if (!place) return false;
    const options = { withoutDefaults: true };
    const part = { ...place, heads: [], path: '' };
    const owner = this.owner(file, lastName(source.qualname), place.enclosing);
    const own = { ...source, line: lineOf(place.statement, place.node.start) };
    this.add({ name: 'code', source: own }, [file.codeDigest(part, options)], owner);
    this.follow(owner, part, options);
    return true;
  }

  /** Without a tree the step is its text, and every name in it may be a use. */
  private brokenStep(file: SourceFile, source: SourceRef): boolean {
    const found = definitionText(file.tree.text, lastName(source.qualname), source.line);
    if (!found) return false;
    const owner = this.owner(file, lastName(source.qualname), []);
    this.add(
      { name: 'code', source: { ...source, line: found.line } },
      ['text', found.text],
      owner,
    );
    this.untracked.add(`${file.file} does not parse: names in it are followed by their text`);
    this.followText(owner, found.text);
    return true;
  }

  private owner(file: SourceFile, name: string, enclosing: readonly SyntaxNode[]): Owner {
    return { file, name, enclosing, externals: new Set() };
  }

  private add(component: Pending['component'], parts: readonly string[], owner: Owner): void {
    this.found.set(component.name, { component, parts, owner });
  }

  private follow(owner: Owner, part: Part, options: { withoutDefaults: boolean }): void {
    const { names, dynamic } = owner.file.references(part, options);
    for (const reference of names) this.reference(owner, reference, part.statement);
    for (const use of dynamic) this.dynamic(owner, use, part.statement);
  }

  private followText(owner: Owner, text: string): void {
    for (const [name = '', ...attributes] of dottedNames(text)) {
      this.name(owner, name, attributes, `${owner.file.file}`);
    }
  }

  private reference(owner: Owner, reference: Reference, statement: Statement): void {
    const { name, attributes, imports, offset } = reference;
    const place = `${owner.file.file}:${lineOf(statement, offset)}`;
    if (imports) this.imports(owner, { name, imports, attributes, place });
    else if (!this.enclosed(owner, reference, statement)) this.name(owner, name, attributes, place);
  }

  /** A name of a function around the owner; values of its variables are captured by the worker. */
  private enclosed(owner: Owner, reference: Reference, statement: Statement): boolean {
    for (const [index, around] of owner.enclosing.entries()) {
      const { bindings, isParameter } = localBindings(around, reference.name);
      if (bindings.length === 0 && !isParameter) continue;
      const place = `${owner.file.file}:${lineOf(statement, reference.offset)}`;
      const imports = bindings.flatMap(({ target }) => target ?? []);
      const { name, attributes } = reference;
      if (imports.length > 0) this.imports(owner, { name, imports, attributes, place });
      for (const binding of bindings) {
        if (binding.kind !== 'function' && binding.kind !== 'class') continue;
        this.nested(owner, binding, { enclosing: owner.enclosing.slice(index), statement });
      }
      return true;
    }
    return false;
  }

  private nested(
    owner: Owner,
    binding: Binding,
    at: { enclosing: readonly SyntaxNode[]; statement: Statement },
  ): void {
    const { file } = owner;
    const { statement, enclosing } = at;
    const around = enclosing.map((node) => node.child('name')?.text ?? '').reverse();
    const qualname = [...around.flatMap((name) => [name, '<locals>']), binding.name].join('.');
    const key = `${file.file}\0${qualname}\0${binding.node.start}`;
    if (this.visited.has(key)) return;
    this.visited.add(key);
    const part = { ...binding, statement };
    const options = { withoutDefaults: false };
    const own = this.owner(file, binding.name, enclosing);
    const component = this.helper(file, qualname, lineOf(statement, binding.node.start));
    const display = binding.kind === 'function' ? `${qualname}()` : qualname;
    this.add({ ...component, display }, [file.codeDigest(part, options)], own);
    this.queue.push(() => this.follow(own, part, options));
  }

  /** A name of the module that the owner is in. */
  private name(owner: Owner, name: string, attributes: readonly string[], place: string): void {
    const found = this.inModule(owner, { file: owner.file, name, attributes, place });
    if (!found && owner.file.isBroken) this.brokenHelper(owner.file, name);
  }

  /** Whether the module has that name, by itself or through a star import. */
  private inModule(
    owner: Owner,
    use: { file: SourceFile; name: string; attributes: readonly string[]; place: string },
  ): boolean {
    const { file, name, attributes, place } = use;
    const key = `${file.file}\0${name}`;
    const definition = file.definition(name);
    if (definition) {
      if (definition.parts.length > 0) this.helperOf(file, definition, key);
      if (attributes.at(-1) === '__doc__') this.documentation(file, definition);
      const within = { ...owner, file };
      this.imports(within, { name, imports: definition.imports, attributes, place });
      return true;
    }
    return file.stars.some((star) => this.fromStar({ ...owner, file }, star, use));
  }

  private readonly openStars = new Set<string>();

  private fromStar(
    owner: Owner,
    star: ImportTarget,
    use: { name: string; attributes: readonly string[]; place: string },
  ): boolean {
    const file = this.fileOf(moduleOf(star, owner.file.file, this.roots));
    const key = `${file?.file}\0${use.name}`;
    if (!file || this.openStars.has(key)) return false;
    this.openStars.add(key);
    const found = this.inModule(owner, { ...use, file });
    this.openStars.delete(key);
    return found;
  }

  private helperOf(file: SourceFile, definition: Definition, key: string): void {
    if (this.visited.has(key)) return;
    this.visited.add(key);
    const { name, parts } = definition;
    const [first] = parts;
    if (!first) return;
    if (file.isBroken) {
      this.brokenHelper(file, name);
      return;
    }
    const options = { withoutDefaults: false };
    const owner = this.owner(file, name, []);
    const component = this.helper(file, name, lineOf(first.statement, first.node.start));
    const digests = parts.map((part) => file.codeDigest(part, options));
    this.add({ ...component, display: displayOf(definition) }, digests, owner);
    this.queue.push(() => {
      for (const part of parts) this.follow(owner, part, options);
    });
  }

  /** Code that reads a docstring depends on it, and so on the whole text. */
  private documentation(file: SourceFile, { name, parts }: Definition): void {
    const key = `${file.file}\0${name}.__doc__`;
    const [first] = parts;
    if (!first || this.visited.has(key)) return;
    this.visited.add(key);
    const line = lineOf(first.statement, first.node.start);
    const component = this.helper(file, `${name}.__doc__`, line);
    const texts = parts.map(({ node }) => node.text);
    this.add(component, ['text', ...texts], this.owner(file, name, []));
  }

  private brokenHelper(file: SourceFile, name: string): void {
    const found = definitionText(file.tree.text, name, 1);
    const isKnown = found ?? file.definition(name);
    const key = `${file.file}\0${name}\0text`;
    if (!isKnown || this.visited.has(key)) return;
    this.visited.add(key);
    const owner = this.owner(file, name, []);
    const text = found?.text ?? file.tree.text;
    const display = found ? `${name}()` : name;
    this.add({ ...this.helper(file, name, found?.line ?? 1), display }, ['text', text], owner);
    this.untracked.add(`${file.file} does not parse: names in it are followed by their text`);
    this.queue.push(() => this.followText(owner, text));
  }

  /** Two files may have the same module name when one lies in `src`. */
  private helper(file: SourceFile, qualname: string, line: number) {
    const module = moduleName(file.file);
    const plain = `helper:${module}.${qualname}`;
    const name = this.names.has(plain) ? `${plain} (${file.file}:${line})` : plain;
    this.names.add(name);
    return { name, source: { file: file.file, module, qualname, line } };
  }

  private imports(
    owner: Owner,
    use: {
      name: string;
      imports: readonly ImportTarget[];
      attributes: readonly string[];
      place: string;
    },
  ): void {
    for (const target of use.imports) {
      const path = target.name === undefined ? use.attributes : [target.name, ...use.attributes];
      const module = moduleOf(target, owner.file.file, this.roots);
      const isInside = this.member(owner, module, path, use.place);
      if (!isInside) owner.externals.add(`${use.name}=${module.name}:${target.name ?? ''}`);
    }
  }

  /** Follows `module.path`; false when the module is not in the workspace. */
  private member(
    owner: Owner,
    module: ModulePlace,
    path: readonly string[],
    place: string,
  ): boolean {
    const file = this.fileOf(module);
    const [name, ...attributes] = path;
    if (name === undefined) {
      if (file)
        this.untracked.add(`module ${module.name} used as a value in ${owner.name}, ${place}`);
      return file !== undefined;
    }
    const isName =
      file !== undefined && this.inModule({ ...owner, file }, { file, name, attributes, place });
    const isPackage = !file || file.file.endsWith('__init__.py');
    const isModule = isPackage && this.member(owner, submodule(module, name), attributes, place);
    if (file && !isName && !isModule) this.lazily(owner, file, name, place);
    return file !== undefined || isModule;
  }

  /** Names that a module makes up when they are asked for. */
  private lazily(owner: Owner, file: SourceFile, name: string, place: string): void {
    if (file.isBroken) {
      this.brokenHelper(file, name);
      return;
    }
    if (file.definition('__getattr__')) {
      this.inModule({ ...owner, file }, { file, name: '__getattr__', attributes: [], place });
    }
  }

  private fileOf({ bases }: ModulePlace): SourceFile | undefined {
    for (const file of bases.flatMap(filesOf)) {
      const source = this.open(file);
      if (source) return source;
    }
    return undefined;
  }

  private dynamic(owner: Owner, use: DynamicUse, statement: Statement): void {
    if (use.subject && !this.isOfWorkspace(owner, use.subject)) return;
    if (use.asks !== undefined && this.isForeignModule(owner, use)) return;
    const place = `${owner.file.file}:${lineOf(statement, use.offset)}`;
    this.untracked.add(`${use.text} in ${owner.name}, ${place}`);
  }

  private isOfWorkspace(owner: Owner, { name, imports }: Reference): boolean {
    const definition = owner.file.definition(name);
    const targets = imports ?? definition?.imports ?? [];
    if (!imports && (definition?.parts.length ?? 0) > 0) return true;
    return targets.some((target) => this.fileOf(moduleOf(target, owner.file.file, this.roots)));
  }

  private isForeignModule(owner: Owner, { text, asks = '' }: DynamicUse): boolean {
    if (!/import/.test(text) || !/^[\w.]+$/.test(asks)) return false;
    const target = { level: 0, module: asks };
    return !this.fileOf(moduleOf(target, owner.file.file, this.roots));
  }
}

const lastName = (qualname: string): string => qualname.slice(qualname.lastIndexOf('.') + 1);

function localBindings(
  around: SyntaxNode,
  name: string,
): { bindings: readonly Binding[]; isParameter: boolean } {
  const { bindings, declared } = scopeNames(around.child('body')?.named ?? []);
  return {
    bindings: declared.has(name) ? [] : bindings.filter((binding) => binding.name === name),
    isParameter: parameterNames(around.child('parameters')).includes(name),
  };
}

/** `clean()`, `Cleaner`, or a constant's value. */
function displayOf({ name, kind, parts }: Definition): string {
  if (kind === 'function') return `${name}()`;
  const [only] = parts;
  const assignment = only?.node.named[0];
  const value = assignment?.type === 'assignment' ? assignment.child('right') : undefined;
  return kind === 'constant' && parts.length === 1 && value ? shortText(value) : name;
}
