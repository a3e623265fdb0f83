/** How a model is loaded from Python. */
import { pythonJson } from '../../src/base/python';
import type { FilePlace } from '../../src/protocol/files';
import type { ModelFiles } from '../../src/protocol/models';

/** By the run, where it is a run's: that stays true when the project moves. */
export function loadSnippet(place: FilePlace, { folder, flavors }: ModelFiles): string {
  const uri = 'runId' in place ? runUri(place.runId, place.path) : folder;
  const flavor = flavors.includes('python_function') ? 'pyfunc' : (flavors[0] ?? 'pyfunc');
  const call = flavor === 'pyfunc' ? 'pyfunc.load_model' : `${flavor}.load_model`;
  return `import mlflow\n\nmodel = mlflow.${call}(${pythonJson(uri)})`;
}

const runUri = (runId: string, path: string): string => {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return folder === '' ? `runs:/${runId}/` : `runs:/${runId}/${folder}`;
};
