/** Commands that open panels: from a row, a lens or a page; without one they ask for what they lack. */
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { ageText } from '../../base/timeText';
import type { PanelSubject } from '../../protocol/webview/panel';
import { modelOfUri, withNumber } from '../panels/modelVersion';
import type { PlaceTarget } from '../panels/pageCommands';
import type { Panels } from '../panels/panels';
import { type Places, placeId } from '../panels/places';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ShownRuns } from '../session/shown';
import { t } from '../texts';
import { placeTargetOf } from './placeTargets';
import { isLensTarget } from './targets';

/** Runs that are offered to choose from. */
const MOST_OFFERED = 500;

export interface PanelCommandParts {
  readonly panels: Panels;
  readonly places: Places;
  readonly sessions: Sessions;
  readonly shown: ShownRuns;
}

interface RunItem extends vscode.QuickPickItem {
  readonly session: FolderSession;
  readonly runId: string;
}

export class PanelCommands {
  constructor(private readonly parts: PanelCommandParts) {}

  readonly openRun = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const target = this.target(argument, selected) ?? (await this.pickRun());
    for (const runId of target?.runIds?.slice(0, 1) ?? []) {
      if (target) this.show(target, { kind: 'run', runId });
    }
  };

  readonly openRuns = async (argument?: unknown): Promise<void> => {
    const target = this.target(argument) ?? (await this.pickPlace());
    if (!target) return;
    const { experimentIds, filter } = target;
    this.show(target, {
      kind: 'runs',
      ...(experimentIds && { experimentIds }),
      ...(filter !== undefined && { filter }),
    });
  };

  /** Shows the run too when there is one. */
  readonly openCharts = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const runIds = this.target(argument, selected)?.runIds;
    if (runIds) await this.parts.shown.chooseAll(runIds, true);
    // One page for the shown runs of all places.
    this.show(this.firstPlace(), { kind: 'charts' });
  };

  /** @param argument runs, the baseline first. */
  readonly compareRuns = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const given = this.target(argument, selected);
    const target = (given?.runIds?.length ?? 0) > 1 ? given : await this.pickRuns(given);
    if (!target?.runIds) return;
    this.show(target, { kind: 'charts', runIds: target.runIds, tab: 'compare' });
  };

  /** With the step beside its graph when it is about one. */
  readonly openPipeline = async (argument?: unknown): Promise<void> => {
    const target = this.target(argument) ?? (await this.pickPipeline());
    if (!target) return;
    const { pipelineRunId } = target;
    const pipeline = target.pipeline ?? (await this.pipelineOf(target));
    if (pipeline === undefined) return;
    // From the code it opens beside it.
    const column = isLensTarget(argument) ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const run = pipelineRunId === undefined ? {} : { pipelineRunId };
    const panel = this.parts.panels.show(
      target.place,
      { kind: 'pipeline', pipeline, ...run },
      column,
    );
    if (pipelineRunId === undefined) return;
    // One that is there may have gone on to another run.
    panel.wish({ kind: 'pipelineRun', pipelineRunId });
    const stepId = await this.stepIdOf(target);
    if (stepId !== undefined) panel.wish({ kind: 'pipelineRun', pipelineRunId, stepId });
  };

  /** An artifact version, or a file of it or of a run. */
  readonly openArtifact = async (argument?: unknown): Promise<void> => {
    const target = this.target(argument) ?? (await this.pickArtifact());
    if (!target) return;
    const { artifactId, path, runIds } = target;
    if (artifactId !== undefined) {
      const file = path === undefined ? {} : { path };
      this.show(target, { kind: 'artifact', artifactId, ...file });
    } else if (runIds?.[0] !== undefined && path !== undefined) {
      this.show(target, { kind: 'file', runId: runIds[0], path });
    }
  };

  /** @param argument a row, what a page says, or an address: `models:/name/3`, `models:/name@champion`. */
  readonly openModel = async (argument?: unknown): Promise<void> => {
    const named = typeof argument === 'string' ? modelOfUri(argument) : undefined;
    const place = this.target(argument) ?? (await this.pickPlace());
    if (!place) return;
    const target = { ...place, ...named };
    const { model, version } = await withNumber(target, this.parts.places.need(target.place));
    this.show(target, {
      kind: 'models',
      ...(model !== undefined && { model }),
      ...(version !== undefined && { version }),
    });
  };

  private show({ place }: PlaceTarget, subject: PanelSubject): void {
    this.parts.panels.show(place, subject);
  }

  private target(argument: unknown, selected?: unknown): PlaceTarget | undefined {
    return placeTargetOf(argument, selected, this.parts.sessions);
  }

  /** @throws RunlensError `folder.none` */
  private firstPlace(): PlaceTarget {
    const { first } = this.parts.places;
    if (first) return { place: placeId(first) };
    throw new RunlensError('folder.none', t('Open a folder first: runs are kept with it.'));
  }

  private async pickPlace(): Promise<PlaceTarget | undefined> {
    const { folders, all } = this.parts.places;
    const places = folders.length > 0 ? folders : all;
    if (places.length < 2) return this.firstPlace();
    const items = places.map((session) => ({ label: session.folder.name, session }));
    const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Of which folder?') });
    return picked && { place: placeId(picked.session) };
  }

  private async pickRun(): Promise<PlaceTarget | undefined> {
    const items = await this.runItems();
    if (items.length === 0) return sayNothing(t('No run is recorded yet.'));
    const placeHolder = t('Which run?');
    const picked = await vscode.window.showQuickPick(items, {
      placeHolder,
      matchOnDescription: true,
    });
    return picked && { place: placeId(picked.session), runIds: [picked.runId] };
  }

  /** With those that were given ticked. */
  private async pickRuns(given: PlaceTarget | undefined): Promise<PlaceTarget | undefined> {
    const items = await this.runItems();
    if (items.length < 2) return sayNothing(t('There are no two runs to compare yet.'));
    const ticked = new Set(given?.runIds);
    const picked = await vscode.window.showQuickPick(
      items.map((item) => ({ ...item, picked: ticked.has(item.runId) })),
      {
        canPickMany: true,
        placeHolder: t('Which runs are to be compared?'),
        matchOnDescription: true,
      },
    );
    const [first] = picked ?? [];
    if (!picked || !first) return undefined;
    if (picked.length < 2) return sayNothing(t('Choose two runs or more to compare.'));
    return { place: placeId(first.session), runIds: picked.map(({ runId }) => runId) };
  }

  /** Those that are known, the newest first. */
  private async runItems(): Promise<readonly RunItem[]> {
    await Promise.all(this.parts.places.folders.map((session) => session.ready()));
    const now = Date.now();
    return this.parts.places.all
      .flatMap((session) => [...session.experiments.knownRuns()].map((row) => ({ session, row })))
      .filter(({ row }) => row.lifecycleStage === 'active')
      .sort((a, b) => b.row.startTime - a.row.startTime)
      .slice(0, MOST_OFFERED)
      .map(({ session, row: { name, runId, experimentId, startTime } }) => ({
        label: name || runId,
        description: [
          session.experiments.experiment(experimentId)?.name ?? experimentId,
          ageText(startTime, now),
        ].join(' · '),
        session,
        runId,
      }));
  }

  private async pickPipeline(): Promise<PlaceTarget | undefined> {
    const perSession = await Promise.all(
      this.parts.places.folders.map(async (session) => {
        if ((await session.ready()).kind !== 'up') return [];
        if (!session.pipelines.loaded) await session.loadPipelines();
        return session.pipelines.pipelines.map(({ name, source }) => ({
          label: name,
          description: source.file,
          place: placeId(session),
        }));
      }),
    );
    const items = perSession.flat();
    if (items.length === 0) return sayNothing(t('No pipeline has run yet.'));
    const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Which pipeline?') });
    return picked && { place: picked.place, pipeline: picked.label };
  }

  private async pipelineOf({ place, pipelineRunId }: PlaceTarget): Promise<string | undefined> {
    if (pipelineRunId === undefined) return undefined;
    const session = this.parts.places.need(place);
    return (await session.call('GET /api/pipeline-runs/:id', { id: pipelineRunId })).pipeline;
  }

  private async stepIdOf({ place, pipelineRunId = '', stepRunId }: PlaceTarget) {
    if (stepRunId === undefined) return undefined;
    const session = this.parts.places.need(place);
    const known = session.pipelines.step(pipelineRunId, stepRunId);
    return (known ?? (await session.call('GET /api/steps/:id', { id: stepRunId }))).stepId;
  }

  private async pickArtifact(): Promise<PlaceTarget | undefined> {
    const place = await this.pickPlace();
    if (!place) return undefined;
    const session = this.parts.places.need(place.place);
    const { items } = await session.call('GET /api/lists/artifacts', { limit: MOST_OFFERED });
    if (items.length === 0) return sayNothing(t('No pipeline has made an artifact yet.'));
    const picked = await vscode.window.showQuickPick(
      items.map(({ id, name, version, type }) => ({
        label: `${name} v${version}`,
        description: type,
        id,
      })),
      { placeHolder: t('Which artifact?'), matchOnDescription: true },
    );
    return picked && { ...place, artifactId: picked.id };
  }
}

async function sayNothing(text: string): Promise<undefined> {
  await vscode.window.showInformationMessage(text);
}
