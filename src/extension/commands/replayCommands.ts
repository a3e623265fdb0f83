/** A past run again: with something changed, or from where it failed. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Json } from '../../base/json';
import { ageText } from '../../base/timeText';
import { artifactLabel } from '../../domain/artifact';
import type { PipelineGraph, StepInput } from '../../domain/pipeline';
import type { SignatureParameter } from '../../protocol/lsp';
import type { PipelineRunRow, StepRow } from '../../protocol/rows';
import type { LanguageService } from '../languageService';
import {
  givenParameters,
  inputText,
  NO_CHANGES,
  type ReplayChanges,
  type ReplayRow,
  replayedSteps,
  replayOptions,
  replayRows,
  replayTitle,
} from '../models/replay';
import { valueText } from '../models/runForm';
import type { FolderSession } from '../session/folderSession';
import { t } from '../texts';
import { askValue } from './askValue';
import type { LaunchDesk } from './launcher';
import { type OverviewRow, showOverview } from './overview';
import type { PickedRun, Picker } from './picking';
import type { RunTarget } from './targets';
import { checkTrust } from './trust';

export class ReplayCommands {
  constructor(
    private readonly desk: LaunchDesk,
    private readonly picker: Picker,
    private readonly language: LanguageService,
  ) {}

  readonly replayRun = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run Python')))) return;
    const picked = await this.picker.run(argument, {
      placeHolder: t('Which run is to be replayed?'),
      fits: ({ status }) => status !== 'running',
      none: t('no run of it has ended yet, so there is nothing to replay.'),
    });
    if (!picked) return;
    const { session, row } = picked;
    const { config: graph } = await factsOf(picked);
    const steps = await session.ensureSteps(row.id);
    const parameters = await this.signatureOf(session, graph);
    const form = new ReplayForm({ session, row, graph, steps, parameters });
    if (!(await showOverview(form))) return;
    await this.desk.run(targetOf(picked), form.options());
  };

  readonly resumeRun = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run Python')))) return;
    const picked = await this.picker.run(argument, {
      placeHolder: t('Which run is to be resumed?'),
      fits: ({ status }) => status === 'failed' || status === 'cancelled',
      none: t('no run of it has failed or was stopped, so there is nothing to resume.'),
    });
    if (!picked) return;
    const { row } = picked;
    if (row.status === 'running' || row.status === 'finished') {
      await vscode.window.showInformationMessage(
        row.status === 'running'
          ? t(
              '{0} is still running: only a run that failed or was stopped can be resumed.',
              row.name,
            )
          : t('{0} has finished: only a run that failed or was stopped can be resumed.', row.name),
      );
      return;
    }
    const { config: graph, plan } = await factsOf(picked);
    const step = plan.target === 'all' ? undefined : plan.target;
    await this.desk.run(
      { ...targetOf(picked), step: step?.step },
      {
        basedOn: row.id,
        mode: 'resume',
        parameters: givenParameters(graph),
        ...(step?.reach === undefined ? {} : { reach: step.reach }),
        ...(plan.inputs === undefined ? {} : { inputs: plan.inputs }),
      },
    );
  };

  /** Without a signature any literal can be given: the pipeline may have changed its name. */
  private async signatureOf(
    { folder }: FolderSession,
    { pipeline, source }: PipelineGraph,
  ): Promise<readonly SignatureParameter[]> {
    const uri = vscode.Uri.file(path.join(folder.root, source.file)).toString();
    try {
      const reply = await this.language.signature({ uri, kind: 'pipeline', name: pipeline });
      return reply?.parameters ?? [];
    } catch {
      // Its file is gone, or no language server runs: the values of the run are still there.
      return [];
    }
  }
}

const factsOf = ({ session, row }: PickedRun) =>
  session.call('GET /api/facts/pipeline-runs/:id', { id: row.id });

const targetOf = ({ session, row }: PickedRun): RunTarget => ({
  session,
  file: path.join(session.folder.root, row.source.file),
  pipeline: row.pipeline,
  step: undefined,
});

interface ReplayOf {
  readonly session: FolderSession;
  readonly row: PipelineRunRow;
  readonly graph: PipelineGraph;
  readonly steps: readonly StepRow[];
  /** Of the pipeline, as its file says it now. */
  readonly parameters: readonly SignatureParameter[];
}

const AGAIN = 'again';

/** The overview of a replay: parameters, inputs, and which steps run. */
class ReplayForm {
  private changes: ReplayChanges = NO_CHANGES;
  /** How a chosen artifact is called, by its id. */
  private readonly labels = new Map<string, string>();
  readonly title: string;
  readonly placeholder = t('Enter replays; choose a row to change it');

  constructor(private readonly of: ReplayOf) {
    this.title = t('Replay {0}', of.row.name);
  }

  options() {
    return replayOptions(this.of.row.id, this.of.graph, this.changes, this.runs());
  }

  heading(): string {
    return replayTitle(this.of.graph, this.changes, this.runs());
  }

  rows(): readonly OverviewRow[] {
    const again: OverviewRow = {
      key: AGAIN,
      label: t('Steps that run again'),
      description: this.runs().join(', ') || t('none'),
      isChanged: this.changes.again.length > 0,
    };
    return [...replayRows(this.of.graph).map((row) => this.rowOf(row)), again];
  }

  async change(key: string): Promise<void> {
    if (key === AGAIN) return this.changeSteps();
    const row = replayRows(this.of.graph).find((each) => keyOf(each) === key);
    if (row?.kind === 'parameter') await this.changeParameter(row.name, row.value);
    if (row?.kind === 'input') await this.changeInput(row);
  }

  reset(key: string): void {
    const row = replayRows(this.of.graph).find((each) => keyOf(each) === key);
    if (key === AGAIN) this.changes = { ...this.changes, again: [] };
    else if (row?.kind === 'parameter') {
      const { [row.name]: _, ...parameters } = this.changes.parameters;
      this.changes = { ...this.changes, parameters };
    } else if (row?.kind === 'input') this.resetInput(row.stepId, row.name);
  }

  problem(): { readonly key: string } | undefined {
    return this.runs().length === 0 ? { key: AGAIN } : undefined;
  }

  private runs(): readonly string[] {
    return replayedSteps(this.of.graph, this.of.steps, this.changes);
  }

  private rowOf(row: ReplayRow): OverviewRow {
    const key = keyOf(row);
    if (row.kind === 'parameter') {
      const changed = this.changes.parameters[row.name];
      return {
        key,
        label: row.name,
        description: valueText(changed ?? row.value),
        ...(changed === undefined ? {} : { detail: t('was {0}', valueText(row.value)) }),
        isChanged: changed !== undefined,
      };
    }
    const changed = this.changes.inputs[row.stepId]?.[row.name];
    return {
      key,
      label: `${row.stepId}.${row.name}`,
      description: this.textOf(changed ?? row.input),
      ...(changed === undefined ? {} : { detail: t('was {0}', inputText(row.input)) }),
      isChanged: changed !== undefined,
    };
  }

  private textOf(input: StepInput): string {
    const label = input.kind === 'artifact' ? this.labels.get(input.artifactVersionId) : undefined;
    return label ?? inputText(input);
  }

  private async changeParameter(name: string, held: Json): Promise<void> {
    const known = this.of.parameters.find((each) => each.name === name);
    const parameter: SignatureParameter = known ?? { name, type: 'json', annotation: '' };
    const value = await askValue(parameter, this.changes.parameters[name] ?? held);
    if (value === undefined) return;
    this.changes = {
      ...this.changes,
      parameters: { ...this.changes.parameters, [name]: value },
    };
  }

  private async changeInput({
    stepId,
    name,
    input,
  }: Extract<ReplayRow, { kind: 'input' }>): Promise<void> {
    const changed = await this.askInput(`${stepId}.${name}`, input);
    if (!changed) return;
    const inputs = { ...this.changes.inputs[stepId], [name]: changed };
    this.changes = { ...this.changes, inputs: { ...this.changes.inputs, [stepId]: inputs } };
  }

  private async askInput(label: string, input: StepInput): Promise<StepInput | undefined> {
    if (input.kind !== 'parameter') return this.askArtifact(label);
    const parameter: SignatureParameter = { name: label, type: 'json', annotation: '' };
    const value = await askValue(parameter, input.value);
    return value === undefined ? undefined : { kind: 'parameter', value };
  }

  /** A name, then one of its versions. */
  private async askArtifact(label: string): Promise<StepInput | undefined> {
    const { session } = this.of;
    const names = await session.call('GET /api/artifacts', {});
    const picked = await vscode.window.showQuickPick(
      names.items.map(({ name, type }) => ({ label: name, description: type })),
      { placeHolder: t('Which artifact as {0}?', label), ignoreFocusOut: true },
    );
    if (!picked) return undefined;
    const name = picked.label;
    const { items } = await session.call('GET /api/names/artifact-versions', { name });
    const version = await vscode.window.showQuickPick(
      items.map((item) => ({
        label: item.version,
        description: t('{0}, made {1}', item.type, ageText(item.createdAt, Date.now())),
      })),
      { placeHolder: t('Which version of {0}?', name), ignoreFocusOut: true },
    );
    if (!version) return undefined;
    const request = { name, version: version.label };
    const artifact = await session.call('GET /api/artifact-versions', request);
    this.labels.set(artifact.id, artifactLabel(artifact));
    return { kind: 'artifact', artifactVersionId: artifact.id };
  }

  private resetInput(stepId: string, name: string): void {
    const { [stepId]: held, ...others } = this.changes.inputs;
    const { [name]: _, ...inputs } = held ?? {};
    const isEmpty = Object.keys(inputs).length === 0;
    this.changes = { ...this.changes, inputs: isEmpty ? others : { ...others, [stepId]: inputs } };
  }

  private async changeSteps(): Promise<void> {
    const runs = new Set(this.runs());
    const items = this.of.graph.steps.map(({ id }) => ({ label: id, picked: runs.has(id) }));
    const picked = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      ignoreFocusOut: true,
      placeHolder: t('Which steps run again? What depends on them does, too.'),
    });
    if (picked) this.changes = { ...this.changes, again: picked.map(({ label }) => label) };
  }
}

const keyOf = (row: ReplayRow): string =>
  row.kind === 'parameter' ? `parameter ${row.name}` : `input ${row.stepId} ${row.name}`;
