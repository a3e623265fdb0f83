// What each tracking route does: the table by which a read token is let in or refused.
import type { Method } from '../protocol/http';

export type Effect = 'read' | 'write';

/**
 * Every tracking route, without the prefix of its API version. Reading is what leaves the store as
 * it was, whatever the method: MLflow searches with POST.
 */
export const ROUTE_EFFECTS: Readonly<Record<string, Effect>> = {
  'GET /mlflow/server-info': 'read',
  // Answers that there is no such call.
  'GET /mlflow/*': 'read',
  'POST /mlflow/*': 'read',
  'PUT /mlflow/*': 'read',
  'PATCH /mlflow/*': 'read',
  'DELETE /mlflow/*': 'read',
  'GET /mlflow-artifacts/*': 'read',
  'POST /mlflow-artifacts/*': 'read',
  'PUT /mlflow-artifacts/*': 'read',
  'PATCH /mlflow-artifacts/*': 'read',
  'DELETE /mlflow-artifacts/*': 'read',

  'POST /mlflow/experiments/create': 'write',
  'GET /mlflow/experiments/search': 'read',
  'POST /mlflow/experiments/search': 'read',
  'GET /mlflow/experiments/get': 'read',
  'GET /mlflow/experiments/get-by-name': 'read',
  'POST /mlflow/experiments/delete': 'write',
  'POST /mlflow/experiments/restore': 'write',
  'POST /mlflow/experiments/update': 'write',
  'POST /mlflow/experiments/set-experiment-tag': 'write',
  'POST /mlflow/experiments/delete-experiment-tag': 'write',
  'POST /mlflow/experiments/search-datasets': 'read',

  'POST /mlflow/runs/create': 'write',
  'POST /mlflow/runs/update': 'write',
  'POST /mlflow/runs/delete': 'write',
  'POST /mlflow/runs/restore': 'write',
  'GET /mlflow/runs/get': 'read',
  'POST /mlflow/runs/search': 'read',
  'POST /mlflow/runs/log-metric': 'write',
  'POST /mlflow/runs/log-parameter': 'write',
  'POST /mlflow/runs/set-tag': 'write',
  'POST /mlflow/runs/delete-tag': 'write',
  'POST /mlflow/runs/log-batch': 'write',
  'POST /mlflow/runs/log-inputs': 'write',
  'POST /mlflow/runs/log-model': 'write',
  'POST /mlflow/runs/outputs': 'write',

  'GET /mlflow/metrics/get-history': 'read',
  'GET /mlflow/metrics/get-history-bulk': 'read',
  'GET /mlflow/metrics/get-history-bulk-interval': 'read',

  'POST /mlflow/logged-models': 'write',
  'POST /mlflow/logged-models/search': 'read',
  'GET /mlflow/logged-models/:model_id': 'read',
  'PATCH /mlflow/logged-models/:model_id': 'write',
  'DELETE /mlflow/logged-models/:model_id': 'write',
  'PATCH /mlflow/logged-models/:model_id/tags': 'write',
  'DELETE /mlflow/logged-models/:model_id/tags/*': 'write',
  'POST /mlflow/logged-models/:model_id/params': 'write',
  'GET /mlflow/logged-models/:model_id/artifacts/directories': 'read',
  'GET /mlflow/logged-models/:model_id/artifacts/files': 'read',

  'POST /mlflow/registered-models/create': 'write',
  'POST /mlflow/registered-models/rename': 'write',
  'PATCH /mlflow/registered-models/update': 'write',
  'DELETE /mlflow/registered-models/delete': 'write',
  'GET /mlflow/registered-models/get': 'read',
  'GET /mlflow/registered-models/search': 'read',
  'GET /mlflow/registered-models/get-latest-versions': 'read',
  'POST /mlflow/registered-models/get-latest-versions': 'read',
  'POST /mlflow/registered-models/set-tag': 'write',
  'DELETE /mlflow/registered-models/delete-tag': 'write',
  'POST /mlflow/registered-models/alias': 'write',
  'DELETE /mlflow/registered-models/alias': 'write',
  'GET /mlflow/registered-models/alias': 'read',

  'POST /mlflow/model-versions/create': 'write',
  'PATCH /mlflow/model-versions/update': 'write',
  'POST /mlflow/model-versions/transition-stage': 'write',
  'DELETE /mlflow/model-versions/delete': 'write',
  'GET /mlflow/model-versions/get': 'read',
  'GET /mlflow/model-versions/search': 'read',
  'GET /mlflow/model-versions/get-download-uri': 'read',
  'POST /mlflow/model-versions/set-tag': 'write',
  'DELETE /mlflow/model-versions/delete-tag': 'write',

  'GET /mlflow/artifacts/list': 'read',
  'POST /mlflow/artifacts/presigned-upload-url': 'write',
  'POST /mlflow/artifacts/presigned-download-url': 'read',
  'POST /mlflow/upload-artifact': 'write',
  'GET /get-artifact': 'read',
  'GET /model-versions/get-artifact': 'read',
  'GET /mlflow-artifacts/artifacts': 'read',
  'GET /mlflow-artifacts/artifacts/*': 'read',
  'PUT /mlflow-artifacts/artifacts/*': 'write',
  'DELETE /mlflow-artifacts/artifacts/*': 'write',
  'POST /mlflow-artifacts/mpu/create': 'write',
  'POST /mlflow-artifacts/mpu/complete': 'write',
  'POST /mlflow-artifacts/mpu/abort': 'write',
  'POST /mlflow-artifacts/mpu/create/*': 'write',
  'POST /mlflow-artifacts/mpu/complete/*': 'write',
  'POST /mlflow-artifacts/mpu/abort/*': 'write',
  'GET /mlflow-artifacts/presigned/*': 'read',

  // The code and environment of runs, kept once per content.
  'POST /api/objects/missing': 'write',
  'PUT /api/objects/:digest': 'write',
  'GET /api/objects/:digest': 'read',
};

/** The route as the table names it. */
export const effectKey = (method: Method, path: string): string =>
  `${method} ${path.replace(/^\/(?:ajax-)?api\/[23]\.0(?=\/)/, '')}`;

/** A route that the table does not know counts as writing: what is new is closed at first. */
export const effectOf = (method: Method, path: string): Effect =>
  ROUTE_EFFECTS[effectKey(method, path)] ?? 'write';
