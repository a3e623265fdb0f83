/** Asks for the value of one parameter: a list where there are choices, else text that is checked as it is typed. */
import * as vscode from 'vscode';
import type { Json } from '../../base/json';
import type { SignatureParameter } from '../../protocol/lsp';
import { parseValue, valueText } from '../models/runForm';
import { t } from '../texts';

/** @param held what it is now. Undefined when the person gave up. */
export function askValue(
  parameter: SignatureParameter,
  held: Json | undefined,
): Promise<Json | undefined> {
  const { type, choices } = parameter;
  if (type === 'bool') return askChoice(parameter, [true, false], held);
  if (type === 'choice' && choices) return askChoice(parameter, choices, held);
  return askText(parameter, held);
}

async function askChoice(
  parameter: SignatureParameter,
  choices: readonly Json[],
  held: Json | undefined,
): Promise<Json | undefined> {
  const all = parameter.default === null ? [...choices, null] : choices;
  const items = all.map((value) => ({
    label: valueText(value),
    description: [value === held ? t('now') : '', value === parameter.default ? t('default') : '']
      .filter(Boolean)
      .join(', '),
    value,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: promptOf(parameter),
    ignoreFocusOut: true,
  });
  return picked?.value;
}

const browseButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('folder-opened'),
  tooltip: t('Browse…'),
});

function askText(parameter: SignatureParameter, held: Json | undefined): Promise<Json | undefined> {
  const input = vscode.window.createInputBox();
  input.prompt = promptOf(parameter);
  input.ignoreFocusOut = true;
  input.value = held === undefined ? '' : typedText(parameter, held);
  if (parameter.type === 'path') input.buttons = [browseButton()];
  return new Promise((resolve) => {
    let isBrowsing = false;
    const done = (value: Json | undefined) => {
      resolve(value);
      input.dispose();
    };
    input.onDidChangeValue((text) => {
      const parsed = parseValue(parameter, text);
      input.validationMessage = 'problem' in parsed ? parsed.problem : '';
    });
    input.onDidAccept(() => {
      const parsed = parseValue(parameter, input.value);
      if ('value' in parsed) done(parsed.value);
      else input.validationMessage = parsed.problem;
    });
    input.onDidTriggerButton(() => {
      isBrowsing = true;
      void browse(input.value).then((path) => done(path));
    });
    input.onDidHide(() => {
      if (!isBrowsing) done(undefined);
    });
    input.show();
  });
}

/** Any literal is typed as it is written; text as the text itself. */
const typedText = ({ type }: SignatureParameter, value: Json): string =>
  type === 'json' && typeof value === 'string' ? JSON.stringify(value) : valueText(value);

async function browse(current: string): Promise<string | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: true,
      canSelectFolders: true,
      ...(current.startsWith('/') ? { defaultUri: vscode.Uri.file(current) } : {}),
    })) ?? [];
  return picked?.fsPath;
}

const promptOf = ({ name, annotation }: SignatureParameter): string =>
  annotation === '' ? name : `${name}: ${annotation}`;
