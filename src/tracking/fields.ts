/**
 * The fields of a request, read one by one with the checks that MLflow makes of its protocol buffers:
 * unknown fields are ignored, integers may be text, enums are names or numbers, and what is missing or
 * of a wrong type is named as MLflow names it.
 */
import { isRecord } from '../base/json';
import { toAscii } from '../base/python';
import { invalidParameter, type MlflowError } from '../protocol/mlflow/errors';
import { decodeDouble, decodeInteger } from '../protocol/mlflow/number';

/** How MLflow ends its messages about parameters. */
export const SEE = 'See the API docs for more information about request parameters.';

export class Fields {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly path = '',
  ) {}

  /** From a query string, where a repeated field repeats its key. */
  static fromQuery(query: ReadonlyMap<string, readonly string[]>): Fields {
    return new Fields(Object.fromEntries([...query].map(([k, v]) => [k, new Repeated(v)])));
  }

  /** A text that must be there and not be empty. */
  required(name: string): string {
    const value = this.string(name);
    if (value === undefined || value === '') throw this.missing(name);
    return value;
  }

  /** The run's id under its name or the old one, `run_uuid`. */
  runId(): string {
    const value = this.string('run_id') || this.string('run_uuid');
    if (!value) throw this.missing('run_id');
    return value;
  }

  /** A value of whatever type that must be there and not be an empty text. */
  present(name: string): unknown {
    const value = this.one(name);
    if (value === undefined || value === '') throw this.missing(name);
    return value;
  }

  string(name: string): string | undefined {
    const value = this.one(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrongType(name, value);
  }

  integer(name: string): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const integer = decodeInteger(value);
    if (integer === undefined) throw this.wrongType(name, value);
    return integer;
  }

  /** `true` or `false`; as text in a query only. */
  boolean(name: string): boolean | undefined {
    const value = this.one(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (this.raw(name) instanceof Repeated && (value === 'true' || value === 'false')) {
      return value === 'true';
    }
    throw this.wrongType(name, value);
  }

  requiredInteger(name: string): number {
    const value = this.present(name);
    const integer = decodeInteger(value);
    if (integer === undefined) throw this.wrongType(name, value);
    return integer;
  }

  requiredDouble(name: string): number {
    const value = this.present(name);
    const double = decodeDouble(value);
    if (double === undefined) throw this.wrongType(name, value);
    return double;
  }

  strings(name: string): readonly string[] {
    return this.all(name).map((value) => {
      if (typeof value === 'string') return value;
      throw this.wrongType(name, this.one(name));
    });
  }

  /** The members of a list of messages, each with its path for messages: `metrics[0]`. */
  list(name: string): Fields[] {
    return this.all(name).map((value, index) => {
      if (isRecord(value)) return new Fields(value, `${this.path}${name}[${index}].`);
      throw this.wrongType(`${name}[${index}]`, value);
    });
  }

  message(name: string): Fields | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw this.wrongType(name, value);
    return new Fields(value, `${this.path}${name}.`);
  }

  /** A member of an enum by name or number (from 1). MLflow ignores what it does not know. */
  enumeration<T extends string>(name: string, members: readonly T[]): T | undefined {
    const value = this.one(name);
    const number = decodeInteger(value);
    return number === undefined ? members.find((m) => m === value) : members[number - 1];
  }

  /** The same where MLflow wants text: what is none and no member is refused. */
  strictEnumeration<T extends string>(name: string, members: readonly T[]): T | undefined {
    const value = this.one(name);
    const member = this.enumeration(name, members);
    if (member !== undefined || value === undefined || typeof value === 'string') return member;
    throw this.wrongType(name, value);
  }

  /** The first value, with null as absent. */
  one(name: string): unknown {
    const value = this.raw(name);
    return (value instanceof Repeated ? value.values[0] : value) ?? undefined;
  }

  missing(name: string): MlflowError {
    return invalidParameter(`Missing value for required parameter '${this.path}${name}'. ${SEE}`);
  }

  private all(name: string): readonly unknown[] {
    const value = this.raw(name) ?? [];
    if (value instanceof Repeated) return value.values;
    if (Array.isArray(value)) return value;
    throw this.wrongType(name, value);
  }

  /** Protocol buffers read `run_id` and `runId` alike; both at once may mean two things. */
  private raw(name: string): unknown {
    const value = this.values[name];
    if (!name.includes('_')) return value;
    const camel = camelCase(name);
    const other = this.values[camel];
    if (value !== undefined && other !== undefined) {
      throw invalidParameter(
        `Request specifies both '${name}' and '${camel}'; provide only one of them.`,
      );
    }
    return value ?? other;
  }

  private wrongType(name: string, value: unknown): MlflowError {
    return invalidParameter(
      `Invalid value ${toAscii(JSON.stringify(value))} for parameter '${this.path}${name}' supplied: ` +
        ` Hint: Value was of type '${pythonType(value)}'. ${SEE}`,
    );
  }
}

/** All values of a query key. */
class Repeated {
  constructor(readonly values: readonly string[]) {}
}

const camelNames = new Map<string, string>();

/** Names are few and are asked for with every point, so their other spelling is kept. */
function camelCase(name: string): string {
  const known = camelNames.get(name);
  if (known !== undefined) return known;
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  camelNames.set(name, camel);
  return camel;
}

function pythonType(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'str' : 'dict';
}
