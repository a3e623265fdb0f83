/** The routes of MLflow's tracking and artifact API. */
import type { Route } from '../protocol/http';
import { mount, type Ports } from './endpoint';
import { artifactEndpoints, runArtifactEndpoints } from './handlers/artifacts';
import { experimentEndpoints } from './handlers/experiments';
import { inputEndpoints } from './handlers/inputs';
import { loggingEndpoints } from './handlers/logging';
import { metricEndpoints } from './handlers/metrics';
import { otherEndpoints, unknownEndpoints } from './handlers/other';
import { runEndpoints } from './handlers/runs';

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
      ...otherEndpoints,
      ...unknownEndpoints,
    ]),
    ...mount(ports, '/mlflow-artifacts', [...artifactEndpoints, ...unknownEndpoints]),
  ];
}
