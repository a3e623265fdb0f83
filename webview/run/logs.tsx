/** What the step of a run printed; of a pipeline's run, of the step that is chosen. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { StepRow } from '../../src/protocol/rows';
import { t } from '../shared/texts';
import { Button, Dropdown, TextField } from '../shared/ui/controls';
import { Scrolled } from '../shared/ui/scrolled';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { LogTail } from './logTail';
import type { RunPage, RunPanel } from './page';

export function Logs({ page }: { readonly page: RunPage }) {
  const { panel, run, view, setView } = page;
  const { pipelineRunId } = run;
  const pipeline = useQuery(panel, {
    route: 'GET /api/pipeline-runs/:id',
    request: pipelineRunId === undefined ? undefined : { id: pipelineRunId },
    touches: (event) => event.type === 'step' && event.pipelineRunId === pipelineRunId,
  });
  if (pipelineRunId === undefined) {
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
  const steps = stepsOf(page, pipeline.value.stepRows);
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
      <Log key={step.id} page={page} step={step} />
    </>
  );
}

/** The one of a step's run; all that have run of a pipeline's. */
function stepsOf({ run }: RunPage, rows: readonly StepRow[]): readonly StepRow[] {
  const own = rows.filter(
    ({ trackingRunId, stepId }) => trackingRunId === run.runId || stepId === run.stepId,
  );
  if (own.length > 0 && run.stepId !== undefined) return own;
  return rows.filter(({ startedAt }) => startedAt !== undefined);
}

function useTail(panel: RunPanel, id: string): LogTail {
  const tail = useMemo(
    () =>
      new LogTail(async (from) => {
        const asked = await panel.host.ask('GET /api/logs/:id', { id, from });
        if (!asked.ok) throw new Error(asked.refusal.message);
        return asked.value;
      }),
    [panel, id],
  );
  const [, draw] = useState(0);
  useEffect(() => {
    const changed = tail.onDidChange(() => draw((count) => count + 1));
    const events = panel.onEvents((all) => {
      const isOurs = all.some(
        (event) => event.type === 'reset' || (event.type === 'log' && event.id === id),
      );
      if (isOurs) void tail.more();
    });
    void tail.more();
    return () => {
      changed.dispose();
      events.dispose();
      tail.dispose();
    };
  }, [tail]);
  return tail;
}

function Log({ page, step }: { readonly page: RunPage; readonly step: StepRow }) {
  const tail = useTail(page.panel, step.id);
  const [search, setSearch] = useState('');
  const text = useMemo(() => linesWith(tail.text, search), [tail.text, search]);
  const open = () => void page.changes.run('runlens.openLog', { stepRunId: step.id });
  return (
    <>
      <div class="run-bar">
        <TextField
          name={t('Search the log')}
          placeholder={t('Show lines with…')}
          value={search}
          onInput={setSearch}
        />
        <Button onClick={open}>{t('Open Log')}</Button>
        <Button onClick={() => void page.changes.copy(text)}>{t('Copy')}</Button>
      </div>
      {tail.problem !== undefined && (
        <Problem message={tail.problem} onRetry={() => void tail.more()} />
      )}
      {tail.isCut && <p class="rl-faint">{t('The end of the log; Open Log shows all of it.')}</p>}
      {tail.ended === undefined && tail.problem === undefined ? (
        <Loading name={t('Reading the log')} />
      ) : (
        <LogText text={text} isEmpty={tail.text === ''} />
      )}
    </>
  );
}

/** Lines that have the text, whatever the case. */
export function linesWith(text: string, search: string): string {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return text;
  return text
    .split('\n')
    .filter((line) => line.toLowerCase().includes(wanted))
    .join('\n');
}

function LogText({ text, isEmpty }: { readonly text: string; readonly isEmpty: boolean }) {
  const element = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const { current } = element;
    // Who has scrolled up reads there.
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [text]);
  if (text === '') {
    return (
      <p class="rl-faint">
        {isEmpty ? t('It has printed nothing yet.') : t('No line has this text.')}
      </p>
    );
  }
  return (
    <Scrolled
      element={element}
      class="run-log"
      name={t('Log')}
      text={text}
      onScroll={({ scrollTop, scrollHeight, clientHeight }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 8;
      }}
    />
  );
}
