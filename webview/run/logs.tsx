/** What the step of a run printed; of a pipeline's run, of the step that is chosen. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { StepRow } from '../../src/protocol/rows';
import { LogView } from '../shared/logs/logView';
import { t } from '../shared/texts';
import { Dropdown } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import type { RunPage } from './page';
import { stepsOf, usePipelineRun } from './pipelineRun';

export function Logs({ page }: { readonly page: RunPage }) {
  const { panel, run, view, setView } = page;
  const pipeline = usePipelineRun(page);
  if (run.pipelineRunId === undefined) {
    return (
      <Empty title={t('No output was kept')}>
        <p>{t('What steps of pipelines print is kept; other runs print to their terminal.')}</p>
      </Empty>
    );
  }
  if (pipeline.problem !== undefined && !pipeline.value) {
    return <Problem message={pipeline.problem} onRetry={pipeline.again} />;
  }
  if (!pipeline.value) return <Loading name={t('Reading steps')} />;
  const steps = stepsOf(run, pipeline.value.stepRows);
  const step = steps.find(({ id }) => id === view.log) ?? steps[0];
  if (!step) return <Empty title={t('No step has run yet')} />;
  return (
    <>
      {steps.length > 1 && (
        <div class="run-bar">
          <Dropdown
            name={t('Step')}
            isNameShown
            choices={steps.map(({ id, stepId }) => ({ value: id, label: stepId }))}
            value={step.id}
            onChange={(log) => setView({ log })}
          />
        </div>
      )}
      <LogView
        key={step.id}
        panel={panel}
        stepRunId={step.id}
        emptyText={(isEnded) => emptyText(step, isEnded)}
        onOpen={() => void page.changes.run('runlens.openLog', { stepRunId: step.id })}
        onCopy={(text) => page.changes.copy(text)}
      />
    </>
  );
}

function emptyText({ status }: StepRow, isEnded: boolean): string {
  if (status === 'cached') return t('It did not run: its result was used as it was.');
  return isEnded ? t('It printed nothing.') : t('It has printed nothing yet.');
}
