/** What a form for a pipeline, a step or an entry point of a project asks for. */
import type { Json } from '../../base/json';
import type { EntryPoint } from '../../domain/mlproject';
import type { SignatureParameter, SignatureReply } from '../../protocol/lsp';
import type { ModuleFacts, ParameterFact, StepFact } from '../../syntax/facts';
import type { NamePaths } from '../../syntax/namePaths';
import { plainAnnotation } from './annotations';

export function signatureOf(
  { steps, pipelines, names }: ModuleFacts,
  kind: 'step' | 'pipeline',
  name: string,
): SignatureReply | undefined {
  const all: readonly StepFact[] = kind === 'step' ? steps : pipelines;
  const fact = all.find((one) => one.name === name || one.functionName === name);
  if (!fact) return undefined;
  const parameters = fact.parameters.filter(({ kind: how }) => !how.startsWith('var-'));
  return { parameters: parameters.map((parameter) => parameterOf(parameter, names.paths)) };
}

function parameterOf(parameter: ParameterFact, paths: NamePaths): SignatureParameter {
  const { name, annotation = '', default: given } = parameter;
  const plain = plainAnnotation(annotation, paths);
  const choices = choicesOf(plain);
  return {
    name,
    type: choices ? 'choice' : typeOf(plain, given?.kind === 'literal' ? given.value : undefined),
    annotation,
    ...(choices && { choices }),
    // A default that is computed need not be given either.
    ...(given && { default: given.kind === 'literal' ? given.value : null }),
  };
}

/** Values of `Literal["a", "b", 3]`. */
function choicesOf(annotation: string): readonly Json[] | undefined {
  const inner = /^(?:\w+\.)?Literal\[(.+)\]$/s.exec(annotation)?.[1];
  if (inner === undefined) return undefined;
  const words = inner.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,\s]+/g) ?? [];
  return words.map((word) => {
    if (/^['"]/.test(word)) return word.slice(1, -1).replace(/\\(.)/g, '$1');
    if (word === 'True' || word === 'False') return word === 'True';
    return word === 'None' ? null : Number(word);
  });
}

const TYPES: Readonly<Record<string, SignatureParameter['type']>> = {
  int: 'int',
  float: 'float',
  bool: 'bool',
  str: 'str',
  Path: 'path',
  'pathlib.Path': 'path',
};

function typeOf(annotation: string, value: Json | undefined): SignatureParameter['type'] {
  const plain = annotation
    .replace(/^(?:typing\.)?Optional\[(.+)\]$/, '$1')
    .replace(/\s*\|\s*None$/, '');
  const known = TYPES[plain];
  if (known || plain !== '') return known ?? 'json';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  // A literal 1.0 is the same number as 1 here, so that any number is taken.
  return typeof value === 'number' ? 'float' : 'json';
}

/** MLflow's types of parameters; an address is text. */
export function entryPointSignature({ parameters }: EntryPoint): SignatureReply {
  return {
    parameters: parameters.map(({ name, type, default: given }) => ({
      name,
      type: type === 'float' ? 'float' : type === 'path' ? 'path' : 'str',
      annotation: type,
      ...(given !== undefined && { default: type === 'float' ? Number(given) : given }),
    })),
  };
}
