/** The form of Run With…: asks for what is missing, shows all, keeps what was given with the workspace. */
import * as vscode from 'vscode';
import { isRecord, type Json } from '../../base/json';
import type { SignatureParameter } from '../../protocol/lsp';
import {
  type FormValues,
  fittingValues,
  formRows,
  formTitle,
  missingOf,
  valuesToSend,
} from '../models/runForm';
import type { Keep } from '../session/shown';
import { t } from '../texts';
import { askValue } from './askValue';
import { showOverview } from './overview';

export interface FormRequest {
  /** What runs: `training`. */
  readonly name: string;
  readonly parameters: readonly SignatureParameter[];
  /** Under which the values are kept: the same for the same thing in the same file. */
  readonly key: string;
}

/** The values to send; undefined when the person gave up. */
export async function askForm(
  { name, parameters, key }: FormRequest,
  keep: Keep,
): Promise<FormValues | undefined> {
  const form = new Form(parameters, fittingValues(parameters, kept(keep, key)));
  for (const parameter of missingOf(parameters, form.values)) {
    if (!(await form.change(parameter.name))) return undefined;
  }
  const isRun = await showOverview({
    title: t('Run {0} With…', name),
    placeholder: t('Enter runs; choose a row to change it'),
    heading: () => formTitle(parameters, form.values),
    rows: () =>
      formRows(parameters, form.values).map((row) => ({
        key: row.name,
        label: row.name,
        description: row.text,
        detail: row.about,
        isChanged: row.isSet,
      })),
    change: async (parameter) => {
      await form.change(parameter);
    },
    reset: (parameter) => form.reset(parameter),
    problem: () => {
      const [first] = missingOf(parameters, form.values);
      return first && { key: first.name };
    },
  });
  if (!isRun) return undefined;
  const values = valuesToSend(parameters, form.values);
  await keep.update(key, values);
  return values;
}

class Form {
  constructor(
    private readonly parameters: readonly SignatureParameter[],
    public values: FormValues,
  ) {}

  async change(name: string): Promise<boolean> {
    const parameter = this.parameters.find((each) => each.name === name);
    if (!parameter) return false;
    const value = await askValue(parameter, this.values[name] ?? parameter.default);
    if (value === undefined) return false;
    this.values = { ...this.values, [name]: value };
    return true;
  }

  reset(name: string): void {
    const { [name]: _, ...others } = this.values;
    this.values = others;
  }
}

const kept = (keep: Keep, key: string): Record<string, Json> => {
  const held = keep.get(key);
  return isRecord(held) ? (held as Record<string, Json>) : {};
};

export const formKey = (kind: string, uri: string, name: string): string =>
  `runlens.form|${kind}|${vscode.Uri.parse(uri).fsPath}|${name}`;
