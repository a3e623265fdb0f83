/** Pictures and confusion matrices of the compared runs, side by side; a slider goes through the steps. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import type { FilePlace, FileTable } from '../../src/protocol/files';
import { type Confusion, ConfusionMatrix, confusionOf } from '../shared/charts/confusionMatrix';
import { Lazy } from '../shared/lazy';
import { t } from '../shared/texts';
import { Checkbox } from '../shared/ui/controls';
import type { ComparedRun } from './compareRows';
import { type ImageSeries, imageAt, imageSeries } from './imageSeries';
import type { TabProps } from './tabProps';

export interface CompareFilesProps extends TabProps {
  readonly runs: readonly ComparedRun[];
}

export function CompareFiles(props: CompareFilesProps) {
  const { runs } = props;
  const series = useMemo(() => imageSeries(runs), [runs]);
  const matrices = useMemo(() => matrixPaths(runs), [runs]);
  return (
    <>
      {matrices.map((path) => (
        <MatrixRow key={path} {...props} path={path} />
      ))}
      {series.map((each) => (
        <ImageRow key={each.name} {...props} series={each} />
      ))}
    </>
  );
}

/** Tables that say that they are one; what is in them decides. */
function matrixPaths(runs: readonly ComparedRun[]): string[] {
  const paths = runs.flatMap(({ files }) => files.map(({ path }) => path));
  return [...new Set(paths)].filter((path) => /confusion[^/]*\.(csv|tsv|json)$/i.test(path)).sort();
}

interface MatrixProps extends CompareFilesProps {
  readonly path: string;
}

function MatrixRow(props: MatrixProps) {
  const [isNormalised, setNormalised] = useState(false);
  return (
    <section class="charts-compare-files" aria-label={props.path}>
      <h2 dir="auto">{props.path}</h2>
      <Checkbox checked={isNormalised} onChange={setNormalised}>
        {t('Shares of the true class')}
      </Checkbox>
      <div class="charts-side">
        {props.runs
          .filter(({ files }) => files.some(({ path }) => path === props.path))
          .map((run) => (
            <Lazy key={run.runId} class="charts-matrix" name={run.name}>
              {() => <Matrix {...props} run={run} isNormalised={isNormalised} />}
            </Lazy>
          ))}
      </div>
    </section>
  );
}

type MatrixState =
  | { readonly is: 'waiting' }
  | { readonly is: 'ready'; readonly confusion: Confusion }
  | { readonly is: 'failed'; readonly problem: string };

/** More classes cannot be told apart. */
const MOST_CLASSES = 100;

function Matrix({
  panel,
  run,
  path,
  start,
  isNormalised,
}: MatrixProps & { readonly run: ComparedRun; readonly isNormalised: boolean }) {
  const [state, setState] = useState<MatrixState>({ is: 'waiting' });
  const place = placeOf(run.runId, path, start.place.source);
  useEffect(() => {
    let isGone = false;
    const show = (next: MatrixState) => {
      if (!isGone) setState(next);
    };
    panel.host.ask('POST /api/file-table', { place, offset: 0, limit: MOST_CLASSES }).then(
      (asked) => {
        const confusion = asked.ok ? confusionOf(asked.value) : undefined;
        const problem = asked.ok ? whyNoMatrix(asked.value) : asked.refusal.message;
        show(confusion ? { is: 'ready', confusion } : { is: 'failed', problem });
      },
      (error: unknown) => show({ is: 'failed', problem: messageOf(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [panel, run.runId, path]);
  if (state.is === 'waiting') return <p class="rl-faint">{t('Reading the matrix')}</p>;
  if (state.is === 'failed') return <p class="rl-faint">{`${run.name}: ${state.problem}`}</p>;
  return (
    <ConfusionMatrix
      name={run.name}
      {...state.confusion}
      isNormalised={isNormalised}
      host={panel.host}
    />
  );
}

const whyNoMatrix = ({ columns, rows }: FileTable): string =>
  rows.length >= MOST_CLASSES && columns.length > MOST_CLASSES
    ? t('More than {0} classes are not drawn. Open the file instead.', MOST_CLASSES)
    : t('This table is no matrix of counts.');

const placeOf = (runId: string, path: string, source: string | undefined): FilePlace => ({
  runId,
  path,
  ...(source !== undefined && { source }),
});

/** Fetched files are named without the `source` of the page's own place. */
const isSame = (a: FilePlace, b: FilePlace): boolean =>
  'runId' in a && 'runId' in b && a.runId === b.runId && a.path === b.path;

function ImageRow(props: CompareFilesProps & { readonly series: ImageSeries }) {
  const { series, runs, start } = props;
  const { steps } = series;
  const [index, setIndex] = useState(steps.length - 1);
  const at = Math.min(index, steps.length - 1);
  const step = steps[at] ?? 0;
  const id = useId();
  return (
    <section class="charts-compare-files" aria-label={series.name}>
      <h2 dir="auto">{series.name}</h2>
      {steps.length > 1 && (
        <label for={id} class="charts-smoothing">
          {t('Step {0}', step)}
          <input
            id={id}
            type="range"
            min="0"
            max={steps.length - 1}
            value={at}
            aria-valuetext={t('step {0}', step)}
            onInput={(event) => setIndex(Number(event.currentTarget.value))}
          />
        </label>
      )}
      <div class="charts-side">
        {runs.map((run, i) => {
          const path = imageAt(series.paths[i] ?? new Map(), step);
          return (
            <figure key={run.runId} class="charts-image">
              <figcaption dir="auto">{run.name}</figcaption>
              {path === undefined ? (
                <p class="rl-faint">{t('no picture')}</p>
              ) : (
                <Lazy class="charts-picture" name={run.name}>
                  {() => (
                    <Picture
                      {...props}
                      place={placeOf(run.runId, path, start.place.source)}
                      name={t('{0} of {1} at step {2}', series.name, run.name, step)}
                    />
                  )}
                </Lazy>
              )}
            </figure>
          );
        })}
      </div>
    </section>
  );
}

type PictureState =
  | { readonly is: 'waiting' }
  | { readonly is: 'ready'; readonly uri: string }
  | { readonly is: 'failed'; readonly problem: string };

function Picture({
  panel,
  onFetched,
  place,
  name,
}: CompareFilesProps & { readonly place: FilePlace; readonly name: string }) {
  const [state, setState] = useState<PictureState>({ is: 'waiting' });
  useEffect(() => {
    let isGone = false;
    const show = (next: PictureState) => {
      if (!isGone) setState(next);
    };
    const ask = () =>
      panel.host.uriOf(place).then(
        (found) => {
          const problem = t('The picture is fetched from its server.');
          show(
            found.kind === 'ready' ? { is: 'ready', uri: found.uri } : { is: 'failed', problem },
          );
        },
        (error: unknown) => show({ is: 'failed', problem: messageOf(error) }),
      );
    void ask();
    const subscription = onFetched((fetched) => {
      if (!isSame(fetched.place, place)) return;
      if (fetched.problem === undefined) void ask();
      else show({ is: 'failed', problem: fetched.problem });
    });
    return () => {
      isGone = true;
      subscription.dispose();
    };
  }, [panel, onFetched, JSON.stringify(place)]);
  if (state.is === 'waiting') return <p class="rl-faint">{t('Reading the picture')}</p>;
  if (state.is === 'failed') return <p class="rl-faint">{state.problem}</p>;
  return (
    <img
      src={state.uri}
      alt={name}
      onError={() => setState({ is: 'failed', problem: t('The picture cannot be shown.') })}
    />
  );
}
