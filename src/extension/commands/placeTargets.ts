/** From what a command of panels was called with (a row, a lens, a page) to the place and thing it is about. */
import { isRecord } from '../../base/json';
import type { PageTarget } from '../../protocol/webview/panel';
import type { PlaceTarget } from '../panels/pageCommands';
import { placeId } from '../panels/places';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { isArtifactRowNode } from '../views/artifactNodes';
import type { ExperimentNode } from '../views/experimentNodes';
import { isModelNode, isModelVersionNode } from '../views/modelNodes';
import type { PipelineNode } from '../views/pipelineNodes';
import { isArtifactTarget, isLensTarget, isNode, isRunNode } from './targets';

export const isPlaceTarget = (value: unknown): value is PlaceTarget =>
  isRecord(value) && typeof value['place'] === 'string' && !('session' in value);

/** Undefined when it names nothing of a place. */
export function placeTargetOf(
  argument: unknown,
  selected: unknown,
  sessions: Sessions,
): PlaceTarget | undefined {
  if (isPlaceTarget(argument)) return argument;
  if (isLensTarget(argument)) {
    const session = sessions.byRoot(argument.root);
    return session && { place: placeId(session), pipeline: argument.name };
  }
  if (isArtifactTarget(argument)) {
    const session = sessions.byRoot(argument.root);
    return session && { place: placeId(session), artifactId: argument.artifactId };
  }
  const at = (session: FolderSession, target: PageTarget) => ({
    ...target,
    place: placeId(session),
  });
  if (isArtifactRowNode(argument)) {
    return at(argument.session, { artifactId: argument.artifactId });
  }
  if (isModelVersionNode(argument)) {
    const { session, model, version } = argument;
    return at(session, { model, version });
  }
  if (isModelNode(argument)) return at(argument.session, { model: argument.model });
  const runs = runNodesOf(argument, selected);
  const [run] = runs;
  if (run) return at(run.session, { runIds: runs.map(({ runId }) => runId) });
  return isNode(argument) ? ofNode(argument) : undefined;
}

/** Of rows of the trees of experiments and pipelines. */
function ofNode(node: ExperimentNode | PipelineNode): PlaceTarget | undefined {
  const { session } = node;
  const place = placeId(session);
  switch (node.kind) {
    case 'experiment':
      return { place, experimentIds: [node.experimentId] };
    case 'section':
    case 'metric':
    case 'param':
      return { place, runIds: [node.runId] };
    case 'file':
      return { place, runIds: [node.runId], path: node.row.path };
    case 'runModel':
      return { place, runIds: [node.runId] };
    case 'pipeline':
      return { place, pipeline: node.name };
    case 'pipelineRun':
      return ofPipelineRun(session, node.id);
    case 'step': {
      const trackingRunId = session.pipelines.step(node.pipelineRunId, node.id)?.trackingRunId;
      const run = trackingRunId === undefined ? {} : { runIds: [trackingRunId] };
      return { ...ofPipelineRun(session, node.pipelineRunId), ...run, stepRunId: node.id };
    }
    case 'artifact':
      return { place, artifactId: node.artifactId };
    default:
      return { place };
  }
}

function ofPipelineRun(session: FolderSession, id: string): PlaceTarget {
  const row = session.pipelines.run(id);
  const place = placeId(session);
  if (!row) return { place, pipelineRunId: id };
  return { place, pipelineRunId: id, pipeline: row.pipeline, runIds: [row.trackingRunId] };
}

/** The runs that are selected when the clicked one is among them; else that one. */
export function runNodesOf(argument: unknown, selected: unknown) {
  const all = Array.isArray(selected) ? selected.filter(isRunNode) : [];
  if (!isRunNode(argument)) return argument === undefined ? all : [];
  return all.some(({ key }) => key === argument.key) ? all : [argument];
}
