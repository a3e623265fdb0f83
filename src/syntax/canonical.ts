/**
 * The canonical form of code: node types, names and nesting, without what a formatter may rewrite.
 * Equal forms mean equal programs; CPython's own `ast` is the oracle in the tests.
 */
import { decoratorsOf, definitionOf, isTrivia, SyntaxNode, unwrapped } from './nodes';
import { numberValue } from './numbers';
import { type Interpolation, stringLiteral } from './strings';

/** Raised when the form changes; part of every cache key. */
export const CANONICAL_VERSION = 2;

export interface CanonicalOptions {
  /** Whether a decorator of the outermost definition is the SDK's: its text does not count. */
  readonly isSdkDecorator?: (decorator: SyntaxNode) => boolean;
  /** Leaves out the default values of the outermost function. */
  readonly withoutDefaults?: boolean;
}

/** The canonical form of a definition or statement. */
export function canonicalForm(node: SyntaxNode, options: CanonicalOptions = {}): string {
  const writer = new Writer(/__doc__|getdoc/.test(node.text));
  if (definitionOf(node)) writeDefinition(writer, node, options);
  else write(writer, node, true);
  return writer.text();
}

class Writer {
  private readonly parts: string[] = [];

  /** @param readsDocstrings whether any code in it does: then all docstrings in it count. */
  constructor(readonly readsDocstrings: boolean) {}

  open(type: string): void {
    this.parts.push('(', type, ' ');
  }
  close(): void {
    this.parts.push(')');
  }
  token(type: string): void {
    this.parts.push(type, ' ');
  }
  /** The length in front keeps any content from looking like structure. */
  leaf(type: string, value: string): void {
    this.parts.push(type, ':', String(value.length), ':', value, ' ');
  }
  text(): string {
    return this.parts.join('');
  }
}

/** Parentheses around an operand of these are kept unless the operand is one atom. */
const OPERATORS = new Set([
  'binary_operator',
  'unary_operator',
  'boolean_operator',
  'comparison_operator',
  'not_operator',
  'await',
  'attribute',
  'call',
  'subscript',
  'slice',
  'list_splat',
  'dictionary_splat',
  'conditional_expression',
  'as_pattern',
  'union_type',
  'member_type',
  'constrained_type',
  'named_expression',
  'lambda',
]);
const ATOMS = new Set([
  'identifier',
  'attribute',
  'call',
  'subscript',
  'string',
  'concatenated_string',
  'integer',
  'float',
  'true',
  'false',
  'none',
  'ellipsis',
  'list',
  'set',
  'dictionary',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
]);
/** Nodes whose commas only separate; elsewhere a comma is kept. */
const SEPARATED = new Set([
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'assert_statement',
  'global_statement',
  'nonlocal_statement',
  'parameters',
  'lambda_parameters',
  'argument_list',
  'list',
  'list_pattern',
  'set',
  'dictionary',
  'dict_pattern',
  'class_pattern',
  'with_clause',
  'type_parameter',
]);
const UNBRACKETED = new Set(['import_from_statement', 'future_import_statement', 'with_clause']);

/** @param isSlot whether parentheses around the node would be redundant here. */
function write(writer: Writer, node: SyntaxNode, isSlot: boolean): void {
  if (isTrivia(node)) return;
  const special = SPECIAL.get(node.type);
  if (special) special(writer, node, isSlot);
  else writePlain(writer, node, isSlot);
}

function writePlain(writer: Writer, node: SyntaxNode, isSlot: boolean): void {
  if (node.children.length === 0) {
    if (node.isNamed) writer.leaf(node.type, node.text);
    else writer.token(node.type);
    return;
  }
  writer.open(node.type);
  writeChildren(writer, node, node.type === 'type' ? isSlot : !OPERATORS.has(node.type));
  writer.close();
}

function writeChildren(writer: Writer, node: SyntaxNode, isSlot: boolean): void {
  for (const child of node.children) {
    if (child.type === ',' && SEPARATED.has(node.type)) continue;
    if ((child.type === '(' || child.type === ')') && UNBRACKETED.has(node.type)) continue;
    write(writer, child, isSlot);
  }
}

type Special = (writer: Writer, node: SyntaxNode, isSlot: boolean) => void;
const SPECIAL = new Map<string, Special>([
  ['string', writeString],
  ['concatenated_string', writeString],
  ['integer', writeNumber],
  ['float', writeNumber],
  ['parenthesized_expression', writeParenthesized],
  ['tuple', writeTuple],
  ['expression_list', writeTuple],
  ['pattern_list', writeTuple],
  ['tuple_pattern', writeTuple],
  ['case_pattern', writeCasePattern],
  ['case_clause', (writer, node) => writeGrouped(writer, node, (c) => c.type === 'case_pattern')],
  ['match_statement', (writer, node) => writeGrouped(writer, node, (c) => c.field === 'subject')],
  ['except_clause', (writer, node) => writeGrouped(writer, node, (c) => c.field === 'value')],
  ['subscript', (writer, node) => writeGrouped(writer, node, (c) => c.field === 'subscript')],
  ['generic_type', writeGenericType],
  ['expression_statement', writeExpressionStatement],
  ['delete_statement', writeDelete],
  ['with_clause', writeWithClause],
  ['assignment', writeAssignment],
  ['decorated_definition', (writer, node) => writeDefinition(writer, node, {})],
  ['function_definition', (writer, node) => writeDefinition(writer, node, {})],
  ['class_definition', (writer, node) => writeDefinition(writer, node, {})],
  ['block', writeBlock],
]);

function writeString(writer: Writer, node: SyntaxNode): void {
  const { kind, parts } = stringLiteral(node);
  writer.open(kind);
  for (const part of parts) {
    if (typeof part === 'string') writer.leaf('text', part);
    else writeInterpolation(writer, part);
  }
  writer.close();
}

function writeInterpolation(writer: Writer, { node, isRaw }: Interpolation): void {
  writer.open('interpolation');
  if (node.has('=')) writer.leaf('debug', debugText(node));
  for (const child of node.children) {
    if (child.field === 'expression') write(writer, child, true);
    else if (child.type === 'type_conversion') writer.leaf('conversion', child.text);
    else if (child.type === 'format_specifier') writeFormat(writer, child, isRaw);
  }
  writer.close();
}

/** `{x = }` shows its own source text, white space included. */
function debugText(node: SyntaxNode): string {
  const after = node.children.find(
    ({ type }) => type === 'type_conversion' || type === 'format_specifier' || type === '}',
  );
  return node.source.slice(node.start + 1, after?.start ?? node.end);
}

function writeFormat(writer: Writer, node: SyntaxNode, isRaw: boolean): void {
  writer.open(isRaw && node.text.includes('\\') ? 'raw_format' : 'format');
  let from = node.start;
  for (const child of node.children) {
    if (child.type !== 'format_expression') continue;
    writer.leaf('text', node.source.slice(from, child.start));
    writeInterpolation(writer, { node: child, isRaw });
    from = child.end;
  }
  writer.leaf('text', node.source.slice(from, node.end));
  writer.close();
}

function writeNumber(writer: Writer, node: SyntaxNode): void {
  const { type, value } = numberValue(node.text);
  writer.leaf(type, value);
}

function writeParenthesized(writer: Writer, node: SyntaxNode, isSlot: boolean): void {
  const inner = unwrapped(node);
  if (inner.type !== 'parenthesized_expression' && (isSlot || isAtom(node, inner))) {
    write(writer, inner, isSlot);
    return;
  }
  writer.open('parentheses');
  write(writer, inner, true);
  writer.close();
}

/** `-(2 ** 8)` is how formatters write `-2 ** 8`, which cannot be meant otherwise. */
function isAtom(node: SyntaxNode, inner: SyntaxNode): boolean {
  const isPower = inner.type === 'binary_operator' && inner.child('operator')?.type === '**';
  const isSigned = node.field === 'argument' && !inner.has('await');
  return ATOMS.has(inner.type) || (isPower && isSigned);
}

/** Tuples with and without parentheses are one; `(x)` as a target or pattern is just `x`. */
function writeTuple(writer: Writer, node: SyntaxNode, isSlot: boolean): void {
  const items = node.named;
  const [only] = items;
  if (node.type === 'tuple_pattern' && items.length === 1 && only && !node.has(',')) {
    write(writer, only, isSlot);
    return;
  }
  writeTupleOf(writer, items);
}

function writeTupleOf(writer: Writer, items: readonly SyntaxNode[]): void {
  writer.open('tuple');
  for (const item of items) write(writer, item, true);
  writer.close();
}

function writeCasePattern(writer: Writer, node: SyntaxNode, isSlot: boolean): void {
  const [only] = node.children;
  if (node.children.length === 1 && only) write(writer, only, isSlot);
  else writePlain(writer, node, isSlot);
}

/** Writes a node in which some children form a tuple as soon as there is a comma after one. */
function writeGrouped(
  writer: Writer,
  node: SyntaxNode,
  isItem: (child: SyntaxNode) => boolean,
): void {
  const items = node.children.filter((child) => isItem(child) && !isTrivia(child));
  const isTuple = node.has(',');
  writer.open(node.type);
  for (const child of node.children) {
    if (isTuple && child === items[0]) writeTupleOf(writer, items);
    else if (isTuple && (child.type === ',' || items.includes(child))) continue;
    else write(writer, child, !OPERATORS.has(node.type) || child.field === 'subscript');
  }
  writer.close();
}

/** In `Tuple[int,]` the comma makes a tuple, in `def f[T,]()` it means nothing. */
function writeGenericType(writer: Writer, node: SyntaxNode): void {
  writer.open(node.type);
  for (const child of node.children) {
    if (child.type === 'type_parameter' && child.has(',')) writeTupleOf(writer, child.named);
    else write(writer, child, true);
  }
  writer.close();
}

function writeExpressionStatement(writer: Writer, node: SyntaxNode): void {
  writer.open(node.type);
  if (node.has(',')) writeTupleOf(writer, node.named);
  else writeChildren(writer, node, true);
  writer.close();
}

/** `del (a, b)` and `del a, b` do the same and formatters turn one into the other. */
function writeDelete(writer: Writer, node: SyntaxNode): void {
  writer.open(node.type);
  for (const target of node.named.map(unwrapped)) {
    const isList = target.type === 'tuple' || target.type === 'expression_list';
    for (const item of isList ? target.named : [target]) write(writer, item, true);
  }
  writer.close();
}

/** `with (a, b):` opens a and b: the parentheses are no tuple. */
function writeWithClause(writer: Writer, node: SyntaxNode): void {
  const items = node.named;
  const value = items.length === 1 ? items[0]?.child('value') : undefined;
  writer.open(node.type);
  for (const item of value?.type === 'tuple' ? value.named : items) {
    const [inner] = item.type === 'with_item' ? item.named : [item];
    if (inner) write(writer, inner, true);
    writer.token(';');
  }
  writer.close();
}

/** Python keeps `(x): int` apart from `x: int`: the first declares nothing. */
function writeAssignment(writer: Writer, node: SyntaxNode): void {
  const left = node.child('left');
  const isBracketed = left?.type === 'tuple_pattern' || left?.type === 'parenthesized_expression';
  writer.open(node.child('type') && isBracketed ? 'bracketed_assignment' : node.type);
  writeChildren(writer, node, true);
  writer.close();
}

function writeDefinition(writer: Writer, node: SyntaxNode, options: CanonicalOptions): void {
  const definition = definitionOf(node);
  if (!definition) return;
  const kept = decoratorsOf(node).filter((decorator) => !options.isSdkDecorator?.(decorator));
  for (const decorator of kept) writePlain(writer, decorator, true);
  const keepsDocstring = kept.length > 0 || hasBases(definition) || writer.readsDocstrings;
  writer.open(definition.type);
  for (const child of definition.children) {
    if (child.field === 'body') writeBody(writer, child, keepsDocstring);
    else if (child.field === 'parameters' && options.withoutDefaults) writeBare(writer, child);
    else if (child.field !== 'superclasses' || hasBases(definition)) write(writer, child, true);
  }
  writer.close();
}

const hasBases = (definition: SyntaxNode): boolean =>
  (definition.child('superclasses')?.named.length ?? 0) > 0;

/** Parameters without their default values. */
function writeBare(writer: Writer, parameters: SyntaxNode): void {
  writer.open(parameters.type);
  for (const parameter of parameters.named) write(writer, withoutDefault(parameter), true);
  writer.close();
}

function withoutDefault(parameter: SyntaxNode): SyntaxNode {
  const name = parameter.child('name');
  if (parameter.type === 'default_parameter' && name) return name;
  if (parameter.type !== 'typed_default_parameter') return parameter;
  const { start, end, source } = parameter;
  const typed = new SyntaxNode('typed_parameter', true, null, start, end, source);
  const equals = parameter.children.findIndex((child) => child.type === '=');
  typed.children.push(...parameter.children.slice(0, equals));
  return typed;
}

/** The body of a function or class. */
function writeBody(writer: Writer, node: SyntaxNode, keepsDocstring: boolean): void {
  const docstring = docstringOf(node);
  const [value] = docstring?.named.map(unwrapped) ?? [];
  writer.open(node.type);
  if (value && keepsDocstring) writer.leaf('docstring', cleaned(value));
  writeStatements(writer, node, docstring);
  writer.close();
}

/** The docstring of a function or class, decorated or not, as its readers are to take it. */
export function docstringText(node: SyntaxNode): string | undefined {
  const body = definitionOf(node)?.child('body');
  const [value] = (body && docstringOf(body))?.named.map(unwrapped) ?? [];
  return value && cleaned(value);
}

/** Formatters indent docstrings anew; Python itself does so since 3.13 (`inspect.cleandoc`). */
function cleaned(node: SyntaxNode): string {
  const [text = ''] = stringLiteral(node).parts;
  const [first = '', ...rest] = String(text).replaceAll('\t', '        ').split('\n');
  const indents = rest.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const margin = Math.min(...indents);
  const lines = [first.trimStart(), ...rest.map((line) => line.slice(margin))];
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

function writeBlock(writer: Writer, node: SyntaxNode): void {
  writer.open(node.type);
  writeStatements(writer, node, undefined);
  writer.close();
}

function writeStatements(writer: Writer, node: SyntaxNode, except: SyntaxNode | undefined): void {
  for (const child of node.children) {
    if (child !== except && child.type !== ';') write(writer, child, true);
  }
}

/** The statement that is the docstring of the function or class with this body. */
export function docstringOf(body: SyntaxNode): SyntaxNode | undefined {
  const [first] = body.named;
  if (first?.type !== 'expression_statement' || first.has(',')) return undefined;
  const [expression] = first.named;
  const value = expression && unwrapped(expression);
  if (value?.type !== 'string' && value?.type !== 'concatenated_string') return undefined;
  return stringLiteral(value).kind === 'str' ? first : undefined;
}
