/** Follows names from a step through the workspace by static rules, and makes a component of each. */
import type { FingerprintComponent, SourceRef } from '../../domain/pipeline';
import { docstringText } from '../../syntax/canonical';
import { lineOf, type Statement, type SyntaxNode } from '../../syntax/nodes';
import type { DynamicUse, Reference } from '../../syntax/references';
import type { Binding, ImportTarget } from '../../syntax/scopes';
import { definitionText, dottedNames } from './brokenFile';
import { displayOf, localBindings } from './definitions';
import { digestOfParts } from './digest';
import { DuckTyping } from './duckTyping';
import { filesOf, type ModulePlace, moduleName, moduleOf, submodule } from './imports';
import type { Definition, Part, SourceFile } from './sourceFile';

type OpenFile = (file: string) => SourceFile | undefined;

/** `train.py:12`, found only when it is said: lines have to be counted. */
type Place = () => string;

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
  private readonly ducks = new DuckTyping();

  constructor(
    private readonly open: OpenFile,
    private readonly roots: readonly string[],
  ) {}

  /** Follows a step; false when it is not there. */
  step(source: SourceRef): boolean {
    const file = this.open(source.file);
    if (!file) return false;
    const isFound = file.isBroken ? this.brokenStep(file, source) : this.parsedStep(file, source);
    this.drain();
    return isFound;
  }

  /**
   * Follows a further function or class by its dotted name; `__main__` is the step's own file.
   * @returns false when it is not in the workspace.
   */
  further(path: string, source: SourceRef): boolean {
    const parts = path.split('.').filter((part) => part !== '<locals>');
    for (let at = parts.length; at > 0; at--) {
      const module = parts.slice(0, at).join('.');
      const file =
        module === '__main__' || module === source.module
          ? this.open(source.file)
          : this.fileOf(moduleOf({ level: 0, module }, source.file, this.roots));
      const [name, ...attributes] = parts.slice(at);
      if (!file) continue;
      const owner = this.owner(file, path, []);
      const names = name === undefined ? file.names : [name];
      const found = names.map((one) =>
        this.inModule(owner, { file, name: one, attributes, place: () => path }),
      );
      this.drain();
      if (name === undefined || found.includes(true)) return true;
    }
    return false;
  }

  private drain(): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) next();
  }

  components(): FingerprintComponent[] {
    return [...this.found.values()].map(({ component, parts, owner }) => ({
      ...component,
      digest: digestOfParts([...parts, ...[...owner.externals].sort()]),
    }));
  }

  /** @param files every file that was read. */
  notTracked(files: readonly SourceFile[]): string[] {
    const isReached = (file: SourceFile, name: string) => this.visited.has(`${file.file}\0${name}`);
    return [...this.untracked, ...this.ducks.unresolved(files, isReached)];
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
    const { names, dynamic, methods } = owner.file.references(part, options);
    for (const reference of names) this.reference(owner, reference, part.statement);
    for (const use of dynamic) this.dynamic(owner, use, part.statement);
    for (const { method, text, offset } of methods) {
      const place = placeOf(owner, part.statement, offset);
      this.ducks.note(method, () => `${text} in ${owner.name}, ${place()}`);
    }
  }

  private followText(owner: Owner, text: string): void {
    for (const [name = '', ...attributes] of dottedNames(text)) {
      this.name(owner, name, attributes, () => owner.file.file);
    }
  }

  private reference(owner: Owner, reference: Reference, statement: Statement): void {
    const { name, attributes, imports, offset } = reference;
    const place = placeOf(owner, statement, offset);
    if (imports) this.imports(owner, { name, imports, attributes, place });
    else if (!this.enclosed(owner, reference, statement)) this.name(owner, name, attributes, place);
  }

  /** A name of a function around the owner; values of its variables are captured by the worker. */
  private enclosed(owner: Owner, reference: Reference, statement: Statement): boolean {
    for (const [index, around] of owner.enclosing.entries()) {
      const { bindings, isParameter } = localBindings(around, reference.name);
      if (bindings.length === 0 && !isParameter) continue;
      const place = placeOf(owner, statement, reference.offset);
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
  private name(owner: Owner, name: string, attributes: readonly string[], place: Place): void {
    const { file } = owner;
    if (this.inModule(owner, { file, name, attributes, place })) return;
    if (file.isBroken) this.brokenHelper(file, name);
    for (const { target } of file.stars) {
      const module = moduleOf(target, file.file, this.roots);
      if (!this.fileOf(module)) owner.externals.add(`${name}=${module.name}:*`);
    }
  }

  /** Whether the module has that name, by itself or through a star import. */
  private inModule(
    owner: Owner,
    use: { file: SourceFile; name: string; attributes: readonly string[]; place: Place },
  ): boolean {
    const { file, name, attributes, place } = use;
    const key = `${file.file}\0${name}`;
    const definition = file.definition(name);
    if (definition) {
      if (definition.parts.length > 0) this.helperOf(file, definition, key);
      if (attributes.at(-1) === '__doc__') this.documentation(file, definition);
      this.reexport({ ...owner, file }, definition, { attributes, place });
    }
    // The last one wins, but which module has the name may change: all of them count.
    const later = file.stars.filter(({ at }) => !definition || at > definition.last);
    const stars = later.map(({ target }) => this.fromStar({ ...owner, file }, target, use));
    return definition !== undefined || stars.includes(true);
  }

  private readonly resolving = new Set<string>();

  /** `from . import tools` in a package's own `__init__` leads back to where it stands. */
  private reexport(
    owner: Owner,
    { name, imports }: Definition,
    use: { attributes: readonly string[]; place: Place },
  ): void {
    const key = `${owner.file.file}\0${name}\0import`;
    if (imports.length === 0 || this.resolving.has(key)) return;
    this.resolving.add(key);
    this.imports(owner, { name, imports, ...use });
    this.resolving.delete(key);
  }

  private fromStar(
    owner: Owner,
    star: ImportTarget,
    use: { name: string; attributes: readonly string[]; place: Place },
  ): boolean {
    const file = this.fileOf(moduleOf(star, owner.file.file, this.roots));
    const key = `${file?.file}\0${use.name}`;
    if (!file || this.resolving.has(key)) return false;
    this.resolving.add(key);
    const found = this.inModule(owner, { ...use, file });
    this.resolving.delete(key);
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

  /** Code that reads a docstring depends on it. */
  private documentation(file: SourceFile, { name, parts }: Definition): void {
    const key = `${file.file}\0${name}.__doc__`;
    const [first] = parts;
    if (!first || this.visited.has(key)) return;
    this.visited.add(key);
    const line = lineOf(first.statement, first.node.start);
    const component = this.helper(file, `${name}.__doc__`, line);
    const texts = parts.map(({ node }) => docstringText(node) ?? '');
    this.add(component, ['docstring', ...texts], this.owner(file, name, []));
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

  /**
   * Two files may have the same module name when one lies in `src`, and one function may hold two of
   * the same name: they are counted, for lines change with comments.
   */
  private helper(file: SourceFile, qualname: string, line: number) {
    const module = moduleName(file.file);
    const plain = `helper:${module}.${qualname}`;
    let name = plain;
    for (let n = 2; this.names.has(name); n++) name = `${plain} (${file.file}, ${n})`;
    this.names.add(name);
    return { name, source: { file: file.file, module, qualname, line } };
  }

  private imports(
    owner: Owner,
    use: {
      name: string;
      imports: readonly ImportTarget[];
      attributes: readonly string[];
      place: Place;
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
    place: Place,
  ): boolean {
    const file = this.fileOf(module);
    const [name, ...attributes] = path;
    if (name === undefined) {
      if (file)
        this.untracked.add(`module ${module.name} used as a value in ${owner.name}, ${place()}`);
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
  private lazily(owner: Owner, file: SourceFile, name: string, place: Place): void {
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
    if (!imports && definition && definition.kind !== 'import') return true;
    return targets.some((target) => this.fileOf(moduleOf(target, owner.file.file, this.roots)));
  }

  private isForeignModule(owner: Owner, { text, asks = '' }: DynamicUse): boolean {
    if (!/import/.test(text) || !/^[\w.]+$/.test(asks)) return false;
    const target = { level: 0, module: asks };
    return !this.fileOf(moduleOf(target, owner.file.file, this.roots));
  }
}

const placeOf =
  ({ file }: Owner, statement: Statement, offset: number): Place =>
  () =>
    `${file.file}:${lineOf(statement, offset)}`;

const lastName = (qualname: string): string => qualname.slice(qualname.lastIndexOf('.') + 1);
