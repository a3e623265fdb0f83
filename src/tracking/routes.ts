/** The routes of MLflow's tracking and artifact API. */
import type { Route } from '../protocol/http';
import { mount, mountAt, type Ports } from './endpoint';
import { aliasEndpoints } from './handlers/aliases';
import { artifactPages, modelArtifactEndpoints } from './handlers/artifactPages';
import { artifactEndpoints, runArtifactEndpoints } from './handlers/artifacts';
import { experimentEndpoints } from './handlers/experiments';
import { inputEndpoints } from './handlers/inputs';
import { loggedModelEndpoints } from './handlers/loggedModels';
import { loggingEndpoints } from './handlers/logging';
import { metricEndpoints } from './handlers/metrics';
import { modelVersionEndpoints } from './handlers/modelVersions';
import { otherEndpoints, unknownEndpoints } from './handlers/other';
import { outputEndpoints } from './handlers/outputs';
import { registeredModelEndpoints } from './handlers/registeredModels';
import { runEndpoints } from './handlers/runs';
import { searchEndpoints } from './handlers/searchRegistry';
import { presignedEndpoints, transferEndpoints } from './handlers/transfers';

/** All need the tracking token. `/health` and `/version` belong to the server. */
export function trackingRoutes(ports: Ports): Route[] {
  return [
    ...mount(ports, '/mlflow', [
      ...experimentEndpoints,
      ...runEndpoints,
      ...loggingEndpoints,
      ...inputEndpoints,
      ...metricEndpoints,
      ...runArtifactEndpoints,
      ...presignedEndpoints,
      ...outputEndpoints,
      ...loggedModelEndpoints,
      ...modelArtifactEndpoints,
      ...registeredModelEndpoints,
      ...modelVersionEndpoints,
      ...aliasEndpoints,
      ...searchEndpoints,
      ...otherEndpoints,
      ...unknownEndpoints,
    ]),
    ...mount(ports, '/mlflow-artifacts', [
      ...artifactEndpoints,
      ...transferEndpoints,
      ...unknownEndpoints,
    ]),
    ...mountAt(ports, '', artifactPages),
  ];
}
