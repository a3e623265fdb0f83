/** The head of the Run page: name, facts, and what can be done with the run. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { drawCell } from '../shared/table/cellView';
import { dateText, t } from '../shared/texts';
import { Button, IconButton, TextField } from '../shared/ui/controls';
import { useQuery } from '../shared/useQuery';
import { rename } from './acts';
import { durationCell, ofPlace, type RunPage, STATUS_KIND, tagOf } from './page';

export function Head({ page }: { readonly page: RunPage }) {
  return (
    <header class="run-head">
      <Name page={page} />
      <Facts page={page} />
      <Actions page={page} />
    </header>
  );
}

function Name({ page: { run, place, changes } }: { readonly page: RunPage }) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const save = async (name: string) => {
    if (await rename(run, name, changes)) setDraft(undefined);
  };
  return (
    <div class="run-name">
      {drawCell({ is: 'status', status: STATUS_KIND[run.status] })}
      {draft === undefined ? (
        <h1 dir="auto" title={run.name}>
          {run.name === '' ? run.runId : run.name}
        </h1>
      ) : (
        <>
          <TextField
            name={t('Name of the run')}
            value={draft}
            autofocus
            onInput={setDraft}
            onCommit={(name) => void save(name)}
            onCancel={() => setDraft(undefined)}
          />
          <IconButton icon="check" name={t('Rename')} onClick={() => void save(draft)} />
          <IconButton icon="close" name={t('Cancel')} onClick={() => setDraft(undefined)} />
        </>
      )}
      {draft === undefined && place.canWrite && (
        <IconButton icon="edit" name={t('Rename')} onClick={() => setDraft(run.name)} />
      )}
    </div>
  );
}

function Facts({ page }: { readonly page: RunPage }) {
  const { run, place, changes } = page;
  const experiment = useExperiment(page);
  const user = tagOf(run, 'mlflow.user');
  const open = () => void changes.run('runlens.openRuns', { experimentIds: [run.experimentId] });
  const { status, startTime, endTime } = run;
  return (
    <dl class="run-facts">
      <Fact name={t('Status')}>
        {drawCell({
          is: 'status',
          status: STATUS_KIND[run.status],
          text: t(STATUS_KIND[run.status]),
        })}
      </Fact>
      <Fact name={t('Experiment')}>
        <button type="button" class="rl-link" onClick={open}>
          <bdi dir="auto">{experiment ?? run.experimentId}</bdi>
        </button>
      </Fact>
      <Fact name={t('Started')}>{dateText(run.startTime)}</Fact>
      {run.endTime !== undefined && <Fact name={t('Ended')}>{dateText(run.endTime)}</Fact>}
      <Fact name={t('Duration')}>{drawCell(durationCell(status, startTime, endTime))}</Fact>
      {user !== undefined && (
        <Fact name={t('User')}>
          <bdi dir="auto">{user}</bdi>
        </Fact>
      )}
      <Fact name={t('ID')}>
        <code>{run.runId}</code>
        <IconButton
          icon="copy"
          name={t('Copy the ID')}
          onClick={() => void changes.copy(run.runId)}
        />
      </Fact>
      {place.source !== undefined && <Fact name={t('Source')}>{place.name}</Fact>}
    </dl>
  );
}

const Fact = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Its name, once it is known. */
function useExperiment({ panel, place, run }: RunPage): string | undefined {
  const { experimentId } = run;
  const { value } = useQuery(panel, {
    route: 'GET /api/experiments',
    request: { limit: 1000, ...ofPlace(place) },
    touches: (event) =>
      event.type === 'experiment' && event.experiment.experimentId === experimentId,
  });
  return value?.items.find((each) => each.experimentId === experimentId)?.name;
}

function Actions({ page }: { readonly page: RunPage }) {
  const { run, place, changes, setView } = page;
  const target = { runIds: [run.runId] };
  const isDeleted = run.lifecycleStage === 'deleted';
  return (
    <div class="rl-actions">
      <Button look="primary" onClick={() => void changes.run('runlens.openCharts', target)}>
        {t('Open in Charts')}
      </Button>
      <Button onClick={() => void changes.run('runlens.compareRuns', target)}>
        {t('Compare With…')}
      </Button>
      <Button onClick={() => setView({ tab: 'recreate' })}>{t('Recreate')}</Button>
      {run.status === 'RUNNING' && place.canWrite && (
        <Button onClick={() => void changes.run('runlens.stop', target)}>{t('Stop')}</Button>
      )}
      {!isDeleted && (
        <Button onClick={() => void changes.run('runlens.revealRun', target)}>
          {t('Reveal in Tree')}
        </Button>
      )}
      {!isDeleted && place.canWrite && (
        <Button onClick={() => void changes.run('runlens.deleteRun', target)}>
          {t('Delete…')}
        </Button>
      )}
    </div>
  );
}
