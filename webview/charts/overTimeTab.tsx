/** How the results of a pipeline or the versions of a model changed as they were made again. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import type { OverTime } from '../../src/protocol/models';
import { fromWire } from '../../src/protocol/wire';
import { Scatter, type ScatterPoint } from '../shared/charts/scatter';
import { Lazy } from '../shared/lazy';
import { dateText, t } from '../shared/texts';
import { touchesOverTime } from '../shared/touches';
import { Dropdown, TextField, ToggleButton } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import type { TabProps } from './tabProps';
import { matcherOf, type OverTimeView } from './view';

interface Subject {
  readonly kind: 'pipeline' | 'model';
  readonly name: string;
}

/** `pipeline train`, `model churn`. */
export function subjectOf(of: string | undefined): Subject | undefined {
  const [kind, ...rest] = (of ?? '').split(' ');
  const name = rest.join(' ');
  return name !== '' && (kind === 'pipeline' || kind === 'model') ? { kind, name } : undefined;
}

const MOST_MODELS = 200;

export function OverTimeTab(props: TabProps) {
  const { panel, view, start } = props;
  const isOwn = start.place.source === undefined;
  const pipelines = useQuery(panel, {
    route: 'GET /api/pipelines',
    request: isOwn ? {} : undefined,
    touches: (event) => event.type === 'pipeline',
  });
  const models = useQuery(panel, {
    route: 'GET /api/models',
    request: isOwn ? { limit: MOST_MODELS } : undefined,
    touches: (event) => event.type === 'model',
  });
  const choices = useMemo(
    () => [
      ...(pipelines.value?.items ?? []).map(({ name }) => ({
        value: `pipeline ${name}`,
        label: t('pipeline {0}', name),
      })),
      ...(models.value?.items ?? []).map(({ name }) => ({
        value: `model ${name}`,
        label: t('model {0}', name),
      })),
    ],
    [pipelines.value, models.value],
  );
  const problem = pipelines.problem ?? models.problem;
  const retry = () => {
    pipelines.again();
    models.again();
  };
  if (!isOwn) {
    return <Empty title={t('Pipelines and models are looked at in the folder they belong to')} />;
  }
  if (choices.length === 0) {
    if (problem !== undefined) return <Problem message={problem} onRetry={retry} />;
    if (!pipelines.value || !models.value)
      return <Loading name={t('Reading pipelines and models')} />;
    return (
      <Empty title={t('No pipelines and no registered models yet')}>
        <p>{t('Run a pipeline, or register a model, a second time to see what changed.')}</p>
      </Empty>
    );
  }
  const of = choices.find(({ value }) => value === view.overTime.of) ?? choices[0];
  const subject = subjectOf(of?.value);
  return (
    <div class="charts-body">
      {problem !== undefined && <Problem isBar message={problem} onRetry={retry} />}
      <Bar {...props} choices={choices} of={of?.value ?? ''} />
      {subject && <Course key={of?.value} {...props} subject={subject} />}
    </div>
  );
}

interface BarProps extends TabProps {
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly of: string;
}

function Bar({ view, onView, choices, of }: BarProps) {
  const set = (part: Partial<OverTimeView>) =>
    onView({ ...view, overTime: { ...view.overTime, ...part } });
  return (
    <div class="charts-toolbar" role="toolbar" aria-label={t('Over Time')}>
      <Dropdown
        name={t('Of')}
        isNameShown
        choices={choices}
        value={of}
        onChange={(next) => set({ of: next })}
      />
      <TextField
        name={t('Filter metrics')}
        placeholder={t('Filter metrics')}
        value={view.overTime.filter}
        onInput={(filter) => set({ filter })}
        onCancel={() => set({ filter: '' })}
      />
      <ToggleButton pressed={view.overTime.byTime} onToggle={(byTime) => set({ byTime })}>
        {t('By Time')}
      </ToggleButton>
    </div>
  );
}

interface CourseProps extends TabProps {
  readonly subject: Subject;
}

function Course(props: CourseProps) {
  const { panel, subject } = props;
  const { kind, name } = subject;
  const pipeline = useQuery(panel, {
    route: 'GET /api/pipelines/:pipeline/over-time',
    request: kind === 'pipeline' ? { pipeline: name } : undefined,
    touches: (event, value) =>
      (event.type === 'pipeline' && event.run.pipeline === name) || touchesOverTime(event, value),
  });
  const model = useQuery(panel, {
    route: 'GET /api/models/:name/over-time',
    request: kind === 'model' ? { name } : undefined,
    touches: (event, value) =>
      (event.type === 'model' && event.name === name) || touchesOverTime(event, value),
  });
  const query = kind === 'pipeline' ? pipeline : model;
  if (!query.value) {
    if (query.problem === undefined) return <Loading name={t('Reading results')} />;
    return <Problem message={query.problem} onRetry={() => query.again()} />;
  }
  return (
    <>
      {query.problem !== undefined && <Problem isBar message={query.problem} />}
      <Metrics {...props} course={query.value} />
    </>
  );
}

function Metrics({ panel, view, subject, course }: CourseProps & { readonly course: OverTime }) {
  const matches = matcherOf(view.overTime.filter);
  const keys = Object.keys(course.metrics).filter((key) => matches?.(key) ?? true);
  if (course.points.length === 0 || Object.keys(course.metrics).length === 0) {
    return (
      <Empty title={t('No metrics of {0} yet', subject.name)}>
        <p>{t('Metrics that its runs log appear here.')}</p>
      </Empty>
    );
  }
  if (keys.length === 0)
    return <Empty title={t('No metric matches “{0}”', view.overTime.filter)} />;
  const open = (index: string) => {
    const { runId, pipelineRunId } = course.points[Number(index)] ?? {};
    if (subject.kind === 'pipeline' && pipelineRunId !== undefined) {
      const target = { pipeline: subject.name, pipelineRunId };
      void panel.host.run('runlens.openPipeline', target).catch(reportError);
    } else if (runId !== undefined) {
      void panel.host.run('runlens.openRun', { runIds: [runId] }).catch(reportError);
    }
  };
  return (
    <div class="charts-grid">
      {keys.map((key) => (
        <Lazy key={key} class="charts-time" name={key}>
          {() => (
            <Scatter
              name={key}
              points={coursePoints(course, key, view.overTime.byTime)}
              xTitle={
                view.overTime.byTime
                  ? t('Time')
                  : subject.kind === 'model'
                    ? t('Version')
                    : t('Run')
              }
              yTitle={key}
              isJoined
              isByLabel={!view.overTime.byTime}
              isTime={view.overTime.byTime}
              onOpen={open}
              host={panel.host}
            />
          )}
        </Lazy>
      ))}
    </div>
  );
}

/** A point per result that has the metric, in the order in which they were made. */
export function coursePoints(course: OverTime, key: string, byTime: boolean): ScatterPoint[] {
  const values = course.metrics[key] ?? [];
  return course.points.map(({ label, time }, index) => {
    const value = values[index];
    return {
      id: String(index),
      name: label,
      slot: 0,
      x: byTime ? time : index,
      y: value === null || value === undefined ? Number.NaN : fromWire(value),
      label: byTime ? dateText(time) : label,
    };
  });
}
