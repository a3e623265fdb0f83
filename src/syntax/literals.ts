/** Python literals as JSON values. */
import type { Json } from '../base/json';
import { type SyntaxNode, unwrapped } from './nodes';
import { numberValue } from './numbers';
import { plainText } from './strings';

/** The value of a literal expression; undefined when it is none or JSON cannot carry it exactly. */
export function literalValue(expression: SyntaxNode): { value: Json } | undefined {
  const node = unwrapped(expression);
  switch (node.type) {
    case 'true':
      return { value: true };
    case 'false':
      return { value: false };
    case 'none':
      return { value: null };
    case 'integer':
    case 'float':
      return numberLiteral(node);
    case 'unary_operator':
      return signedLiteral(node);
    case 'string':
    case 'concatenated_string':
      return textLiteral(node);
    case 'list':
    case 'tuple':
      return listLiteral(node);
    case 'dictionary':
      return dictionaryLiteral(node);
    default:
      return undefined;
  }
}

function numberLiteral(node: SyntaxNode): { value: number } | undefined {
  const { type, value } = numberValue(node.text);
  const number = Number(value);
  if (type === 'integer') return Number.isSafeInteger(number) ? { value: number } : undefined;
  return type === 'float' && Number.isFinite(number) ? { value: number } : undefined;
}

function signedLiteral(node: SyntaxNode): { value: number } | undefined {
  const operand = node.child('argument');
  const inner = operand && literalValue(operand);
  const operator = node.child('operator')?.type;
  if (typeof inner?.value !== 'number' || operator === '~') return undefined;
  return { value: operator === '-' ? -inner.value : inner.value };
}

function textLiteral(node: SyntaxNode): { value: string } | undefined {
  const text = plainText(node);
  return text === undefined ? undefined : { value: text };
}

function listLiteral(node: SyntaxNode): { value: Json[] } | undefined {
  const items = node.named.map(literalValue);
  const value = items.flatMap((item) => (item ? [item.value] : []));
  return value.length === items.length ? { value } : undefined;
}

function dictionaryLiteral(node: SyntaxNode): { value: Json } | undefined {
  const members: [string, Json][] = [];
  for (const pair of node.named) {
    const key = pair.child('key');
    const value = pair.child('value');
    const name = key && plainText(unwrapped(key));
    const content = value && literalValue(value);
    if (pair.type !== 'pair' || name === undefined || !content) return undefined;
    members.push([name, content.value]);
  }
  return { value: Object.fromEntries(members) };
}
