/** From what a page says a command is about to the rows and targets that commands take. */
import { RunlensError } from '../../base/errors';
import type { PageCommand, PageTarget } from '../../protocol/webview/panel';
import type { FolderSession } from '../session/folderSession';
import { isSource } from '../sources/sourceSession';
import { runNode } from '../views/experimentNodes';
import { pipelineNode, pipelineRunNode, stepNode } from '../views/pipelineNodes';
import { placeId } from './places';

/** What commands that only panels and the new trees have are about: something of a place. */
export interface PlaceTarget extends PageTarget {
  readonly place: string;
}

/** The command's arguments. @throws RunlensError when the place has no such thing, or cannot do it. */
export async function argumentsOf(
  command: PageCommand,
  target: PageTarget,
  session: FolderSession,
): Promise<readonly unknown[]> {
  const { runIds, artifactId, pipeline } = target;
  const here: PlaceTarget = { ...target, place: placeId(session) };
  switch (command) {
    case 'runlens.revealRun':
      return [runIds?.[0]];
    case 'runlens.deleteRun': {
      const nodes = (runIds ?? []).map((runId) => runNode(session, runId));
      return [nodes[0], nodes];
    }
    case 'runlens.runStep':
    case 'runlens.runFromStep':
    case 'runlens.runUpToStep':
    case 'runlens.debugStep':
    case 'runlens.stopStep':
    case 'runlens.openLog':
    case 'runlens.showReason':
    case 'runlens.showTraceback':
      return [await stepOf(session, target)];
    case 'runlens.replayRun':
    case 'runlens.resumeRun':
      return [await pipelineRunOf(session, target)];
    case 'runlens.stop':
      return [
        target.pipelineRunId === undefined
          ? runNode(session, runIds?.[0] ?? '')
          : await pipelineRunOf(session, target),
      ];
    case 'runlens.goToSource':
      if (target.stepRunId !== undefined) return [await stepOf(session, target)];
      if (target.pipelineRunId !== undefined) return [await pipelineRunOf(session, target)];
      return [await pipelineOf(session, pipeline)];
    case 'runlens.runPipeline':
    case 'runlens.runPipelineWith':
      return [await pipelineOf(session, pipeline)];
    case 'runlens.copyLoadSnippet':
      return artifactId === undefined ? [here] : [{ root: session.folder.root, artifactId }];
    case 'runlens.createSample':
    case 'runlens.copyLoggingSnippet':
    case 'runlens.showLog':
      return [];
    default:
      return [here];
  }
}

/** Steps and pipelines are in folders' own stores only. */
function ownSession(session: FolderSession): FolderSession {
  if (!isSource(session)) return session;
  throw new RunlensError(
    'source.cannot',
    `${session.info.name} is not a folder of this window: nothing can be run there.`,
  );
}

async function pipelineOf(session: FolderSession, pipeline = '') {
  const own = ownSession(session);
  if (!own.pipelines.loaded) await own.loadPipelines();
  return pipelineNode(own, pipeline);
}

async function stepOf(session: FolderSession, { stepRunId = '', pipelineRunId }: PageTarget) {
  const own = ownSession(session);
  const run =
    pipelineRunId ?? (await own.call('GET /api/steps/:id', { id: stepRunId })).pipelineRunId;
  await own.ensureSteps(run);
  return stepNode(own, run, stepRunId);
}

async function pipelineRunOf(session: FolderSession, { pipelineRunId = '' }: PageTarget) {
  const own = ownSession(session);
  if (!own.pipelines.run(pipelineRunId)) await own.ensureSteps(pipelineRunId);
  return pipelineRunNode(own, pipelineRunId);
}
