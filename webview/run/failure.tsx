/** Why a run failed: the errors of its step, or of the steps of a pipeline's run. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { PipelineRunDetail } from '../../src/protocol/control';
import type { StepRow } from '../../src/protocol/rows';
import { t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import type { RunPage } from './page';
import { stepsOf } from './pipelineRun';

export interface FailureProps {
  readonly page: RunPage;
  /** Undefined while it is read, and for a run of no pipeline. */
  readonly pipelineRun: PipelineRunDetail | undefined;
}

export function Failure({ page, pipelineRun }: FailureProps) {
  const failed = stepsOf(page.run, pipelineRun?.stepRows ?? []).filter(({ error }) => error);
  if (failed.length === 0) return null;
  return (
    <section aria-label={t('Why it failed')}>
      <h2>{t('Why it failed')}</h2>
      {failed.map((step) => (
        <StepFailure key={step.id} page={page} step={step} />
      ))}
    </section>
  );
}

function StepFailure({ page, step }: { readonly page: RunPage; readonly step: StepRow }) {
  const { changes, setView } = page;
  const { error, id, stepId } = step;
  if (!error) return null;
  const target = { stepRunId: id };
  return (
    <div class="run-failure">
      <p>
        <bdi dir="auto" class="rl-faint">
          {stepId}
        </bdi>{' '}
        <bdi dir="auto" class="rl-bad">
          {error.message === '' ? error.type : `${error.type}: ${error.message}`}
        </bdi>
      </p>
      <p class="rl-actions">
        <Button onClick={() => void changes.run('runlens.showTraceback', target)}>
          {t('Show Traceback')}
        </Button>
        <Button onClick={() => setView({ tab: 'logs', log: id })}>{t('Log')}</Button>
      </p>
    </div>
  );
}
