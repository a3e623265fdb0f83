/** Run With… for pipelines, steps and entry points: a form from the signature, then the run. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import type { Json } from '../../base/json';
import type { StepInput } from '../../domain/pipeline';
import type { SignatureParameter, SignatureParams } from '../../protocol/lsp';
import type { LanguageService } from '../languageService';
import type { Sessions } from '../session/sessions';
import type { Keep } from '../session/shown';
import { t } from '../texts';
import type { StepNode } from '../views/pipelineNodes';
import { pickEntryPoint } from './entryPoints';
import type { LaunchDesk } from './launcher';
import type { Picker } from './picking';
import { askForm, formKey } from './runForm';
import { saveDirty } from './saving';
import { isLensTarget, isStepNode } from './targets';
import type { Terminal } from './terminalRuns';
import { checkTrust } from './trust';

export interface FormParts {
  readonly sessions: Sessions;
  readonly desk: LaunchDesk;
  readonly picker: Picker;
  readonly language: LanguageService;
  readonly terminal: Terminal;
  readonly keep: Keep;
}

export class FormCommands {
  constructor(private readonly parts: FormParts) {}

  /** @param argument a pipeline's lens or row, or a step's row. */
  readonly runPipelineWith = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run Python')))) return;
    if (isStepNode(argument)) return this.runStepWith(argument);
    const { desk, picker } = this.parts;
    const target = await picker.pipeline(argument);
    if (!target) return;
    const uri = isLensTarget(argument) ? argument.uri : vscode.Uri.file(target.file).toString();
    const name = target.pipeline ?? '';
    const parameters = await this.ask({ uri, kind: 'pipeline', name });
    if (!parameters) return;
    await desk.run(target, Object.keys(parameters).length === 0 ? {} : { parameters });
  };

  readonly runEntryPoint = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run programs')))) return;
    const target = isLensTarget(argument) ? argument : await pickEntryPoint();
    if (!target) return;
    const { sessions, terminal } = this.parts;
    const session = sessions.byRoot(target.root);
    if (!session) throw noFolder(target.uri);
    const { uri, name } = target;
    const values = await this.ask({ uri, kind: 'entryPoint', name });
    if (!values) return;
    await saveDirty(session);
    const python = await this.parts.desk.interpreter(session);
    if (!python) return;
    await terminal.runEntryPoint(session, {
      python: python.path,
      folder: path.dirname(vscode.Uri.parse(uri).fsPath),
      name,
      values,
    });
  };

  /** The parameters of one call of a step, in place of those that its pipeline gives it. */
  private async runStepWith(node: StepNode): Promise<void> {
    const { desk, picker } = this.parts;
    const target = await picker.step(node);
    const row = node.session.pipelines.step(node.pipelineRunId, node.id);
    if (!target || !row) return;
    const held = await this.parametersOf(node);
    const file = path.join(node.session.folder.root, row.source.file);
    const uri = vscode.Uri.file(file).toString();
    const all = await this.signature({ uri, kind: 'step', name: row.step });
    const parameters = all
      .filter(({ name }) => Object.hasOwn(held, name))
      .map((parameter) => ({ ...parameter, default: held[parameter.name] ?? null }));
    const values = await this.fill({ uri, kind: 'step', name: row.stepId }, parameters);
    if (!values) return;
    const inputs = Object.fromEntries(
      Object.entries(values).map(([name, value]): [string, StepInput] => [
        name,
        { kind: 'parameter', value },
      ]),
    );
    const isChanged = Object.keys(inputs).length > 0;
    await desk.run(target, {
      reach: 'only',
      ...(isChanged ? { inputs: { [row.stepId]: inputs } } : {}),
    });
  }

  /** What a call of a step was given, apart from results of other steps. */
  private async parametersOf({ session, id }: StepNode): Promise<Readonly<Record<string, Json>>> {
    const { config } = await session.call('GET /api/steps/:id', { id });
    return Object.fromEntries(
      Object.entries(config.inputs).flatMap(([name, input]) =>
        input.kind === 'parameter' ? [[name, input.value] as const] : [],
      ),
    );
  }

  private async ask(what: SignatureParams): Promise<Readonly<Record<string, Json>> | undefined> {
    return this.fill(what, await this.signature(what));
  }

  /** Nothing is asked where nothing can be given. */
  private async fill(
    { uri, kind, name }: SignatureParams,
    parameters: readonly SignatureParameter[],
  ): Promise<Readonly<Record<string, Json>> | undefined> {
    return askForm({ name, parameters, key: formKey(kind, uri, name) }, this.parts.keep);
  }

  private async signature(what: SignatureParams): Promise<readonly SignatureParameter[]> {
    const reply = await this.parts.language.signature(what);
    if (reply) return reply.parameters;
    const where = vscode.workspace.asRelativePath(vscode.Uri.parse(what.uri).fsPath);
    throw new RunlensError(
      'signature.none',
      t(
        '{0} has no {1} {2} any more. Save the file or look for its new name.',
        where,
        kindText(what.kind),
        what.name,
      ),
    );
  }
}

const kindText = (kind: SignatureParams['kind']): string =>
  ({ pipeline: t('pipeline'), step: t('step'), entryPoint: t('entry point') })[kind];

const noFolder = (uri: string): RunlensError =>
  new RunlensError(
    'folder.none',
    t('{0} is in none of the open folders. Open its folder first.', vscode.Uri.parse(uri).fsPath),
  );
