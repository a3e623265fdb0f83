// What the files of a model say: its MLmodel, its requirements and its size (MLflow's model format).
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { parse } from 'yaml';
import { messageOf, RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import type { ModelFiles, SchemaField } from '../protocol/models';
import { readAll, withFile } from './bytes';
import { fileInside } from './places';

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_REQUIREMENTS = 500;
/** A folder of more files is counted no further. */
const MOST_FILES = 10_000;

/**
 * @param folder absolute; what a link in it leads to outside is not read.
 * @throws RunlensError `file.notFound` without an MLmodel, `file.invalid` for one that cannot be read.
 */
export async function readModelFiles(folder: string): Promise<ModelFiles> {
  const facts = await mlmodelOf(folder);
  const flavors = isRecord(facts['flavors']) ? facts['flavors'] : {};
  const signature = isRecord(facts['signature']) ? facts['signature'] : {};
  const python = isRecord(flavors['python_function']) ? flavors['python_function'] : {};
  return {
    folder,
    flavors: Object.keys(flavors),
    inputs: schemaOf(signature['inputs']),
    outputs: schemaOf(signature['outputs']),
    requirements: await requirementsOf(folder),
    pythonVersion: textOf(python['python_version']),
    mlflowVersion: textOf(facts['mlflow_version']),
    bytes: await bytesOf(folder),
  };
}

async function mlmodelOf(folder: string): Promise<Record<string, unknown>> {
  const text = await textIn(folder, 'MLmodel');
  try {
    // Aliases of YAML can make a small text a huge value.
    const facts: unknown = parse(text, { maxAliasCount: 100 });
    if (isRecord(facts)) return facts;
  } catch (error) {
    const message = `The MLmodel file cannot be read: ${messageOf(error)}`;
    throw new RunlensError('file.invalid', message, { cause: error });
  }
  throw new RunlensError('file.invalid', 'The MLmodel file does not hold names and values.');
}

async function textIn(folder: string, name: string): Promise<string> {
  const file = await fileInside(folder, name);
  const bytes = await withFile(file, (source) => readAll(source, MOST_BYTES));
  return new TextDecoder().decode(bytes);
}

async function requirementsOf(folder: string): Promise<string[]> {
  try {
    const lines = (await textIn(folder, 'requirements.txt')).split(/\r?\n/);
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .slice(0, MOST_REQUIREMENTS);
  } catch (error) {
    if (error instanceof RunlensError && error.code === 'file.notFound') return [];
    throw error;
  }
}

/** A signature's schema is JSON in YAML: columns, or tensors. */
function schemaOf(value: unknown): readonly SchemaField[] | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const fields: unknown = JSON.parse(value);
    return Array.isArray(fields) ? fields.filter(isRecord).map(fieldOf) : undefined;
  } catch (error) {
    const message = `The signature in the MLmodel file cannot be read: ${messageOf(error)}`;
    throw new RunlensError('file.invalid', message, { cause: error });
  }
}

function fieldOf(field: Record<string, unknown>): SchemaField {
  const name = textOf(field['name']) ?? '';
  const required = field['required'] !== false && field['optional'] !== true;
  const tensor = field['tensor-spec'];
  if (!isRecord(tensor)) return { name, type: typeOf(field), required };
  const { shape } = tensor;
  const sizes = Array.isArray(shape) ? { shape: shape.map(Number) } : {};
  return { name, type: textOf(tensor['dtype']) ?? 'tensor', required, ...sizes };
}

/** `array(long)`, `object{a: string}`, as MLflow prints them. */
function typeOf(field: Record<string, unknown>): string {
  const type = textOf(field['type']) ?? 'any';
  if (isRecord(field['items'])) return `${type}(${typeOf(field['items'])})`;
  if (!isRecord(field['properties'])) return type;
  const members = Object.entries(field['properties']).map(
    ([name, member]) => `${name}: ${isRecord(member) ? typeOf(member) : 'any'}`,
  );
  return `${type}{${members.join(', ')}}`;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

async function bytesOf(folder: string): Promise<number> {
  let [bytes, seen] = [0, 0];
  for (const folders = [folder]; folders.length > 0 && seen < MOST_FILES; ) {
    const at = folders.pop() ?? folder;
    for (const entry of await fs.readdir(at, { withFileTypes: true })) {
      seen += 1;
      if (seen > MOST_FILES) break;
      if (entry.isDirectory()) folders.push(path.join(at, entry.name));
      else if (entry.isFile()) bytes += (await fs.stat(path.join(at, entry.name))).size;
    }
  }
  return bytes;
}
