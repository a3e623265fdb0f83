/** What a run is, on one page: description, tags, code, environment, what it made and used. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { countOf, formatBytes, formatMetric } from '../../src/domain/display';
import type { RunEnvironment } from '../../src/domain/environment';
import { TAGS } from '../../src/domain/tags';
import type { PipelineRunDetail } from '../../src/protocol/control';
import type { RunDetail } from '../../src/protocol/rows';
import { fromWire } from '../../src/protocol/wire';
import { Description } from '../shared/markdown/editor';
import { countText, t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { setNote } from './acts';
import { Failure, type FailureProps } from './failure';
import { isSystemMetric, openLink, type RunPage, tagOf } from './page';
import { usePipelineRun } from './pipelineRun';
import { type RunRecord, useRecord } from './record';
import { Tags } from './tags';

export function Overview({ page }: { readonly page: RunPage }) {
  const { run, place, view, setView, changes } = page;
  const record = useRecord(page);
  const pipelineRun = usePipelineRun(page).value;
  return (
    <div class="run-overview">
      <div class="run-main">
        <Failure page={page} pipelineRun={pipelineRun} />
        <Description
          name={t('Description')}
          text={tagOf(run, TAGS.note) ?? ''}
          canEdit={place.canWrite}
          draft={view.draft}
          onDraft={(draft) => setView({ draft })}
          onSave={(note) => setNote(run, note, changes)}
          onOpen={(link) => void openLink(link, changes)}
        />
        <Tags page={page} />
        <Values page={page} />
      </div>
      <div class="run-aside">
        <CodeFacts page={page} record={record} />
        {record.is === 'read' && <Environment environment={record.environment} />}
        <Links page={page} pipelineRun={pipelineRun} />
      </div>
    </div>
  );
}

/** More are on their tabs. */
const MOST_VALUES = 10;

/** The first metrics and parameters beside each other. */
function Values({ page: { run, setView } }: { readonly page: RunPage }) {
  const metrics = run.metrics.filter(({ key }) => !isSystemMetric(key));
  return (
    <div class="run-values">
      <FirstOf
        name={t('Metrics')}
        rows={metrics
          .slice(0, MOST_VALUES)
          .map(({ key, last }) => ({ key, value: formatMetric(fromWire(last.value)) }))}
        more={metrics.length > MOST_VALUES && t('All {0} metrics', countText(metrics.length))}
        onMore={() => setView({ tab: 'metrics' })}
      />
      <FirstOf
        name={t('Parameters')}
        rows={run.params.slice(0, MOST_VALUES)}
        more={
          run.params.length > MOST_VALUES && t('All {0} parameters', countText(run.params.length))
        }
        onMore={() => setView({ tab: 'parameters' })}
      />
    </div>
  );
}

interface FirstOfProps {
  readonly name: string;
  readonly rows: readonly { readonly key: string; readonly value: string }[];
  /** Text of the link to the others; false: there are none. */
  readonly more: string | false;
  readonly onMore: () => void;
}

function FirstOf({ name, rows, more, onMore }: FirstOfProps) {
  if (rows.length === 0) return null;
  return (
    <Section name={name}>
      <table class="run-first">
        <tbody>
          {rows.map(({ key, value }) => (
            <tr key={key}>
              <th scope="row" dir="auto" title={key}>
                {key}
              </th>
              <td class="rl-figures" dir="auto" title={value.slice(0, 1000)}>
                {value}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more !== false && (
        <button type="button" class="rl-link" onClick={onMore}>
          {more}
        </button>
      )}
    </Section>
  );
}

function CodeFacts({ page, record }: { readonly page: RunPage; readonly record: RunRecord }) {
  const { run, setView, changes } = page;
  const read = record.is === 'read' ? record : undefined;
  const git = read?.environment.git;
  const commit = git?.commit ?? tagOf(run, 'mlflow.source.git.commit');
  const command = read?.recreation.command;
  const source = tagOf(run, 'mlflow.source.name');
  if (commit === undefined && command === undefined && source === undefined) return null;
  return (
    <Section name={t('Code')}>
      <Facts>
        {command !== undefined && (
          <Fact name={t('Command')}>
            <code dir="auto">{command}</code>
            <IconButton
              icon="copy"
              name={t('Copy the command')}
              onClick={() => void changes.copy(command)}
            />
          </Fact>
        )}
        {command === undefined && source !== undefined && (
          <Fact name={t('Source')}>
            <code dir="auto">{source}</code>
          </Fact>
        )}
        {commit !== undefined && (
          <Fact name={t('Commit')}>
            <code>{commit}</code>
            <IconButton
              icon="copy"
              name={t('Copy the commit')}
              onClick={() => void changes.copy(commit)}
            />
          </Fact>
        )}
        {git?.branch !== undefined && <Fact name={t('Branch')}>{git.branch}</Fact>}
        {git?.patch && (
          <Fact name={t('Changes')}>
            <button type="button" class="rl-link" onClick={() => setView({ tab: 'code' })}>
              {t('uncommitted, {0}', formatBytes(git.patch.bytes))}
            </button>
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function Environment({ environment }: { readonly environment: RunEnvironment }) {
  const { python, packages, system } = environment;
  const cores = system.cpus > 0 ? countOf(system.cpus, 'core') : '';
  const memory = system.memory > 0 ? formatBytes(system.memory) : '';
  return (
    <Section name={t('Environment')}>
      <Facts>
        <Fact name={t('Python')}>
          {python.version} · {countOf(packages.length, 'package')}
        </Fact>
        <Fact name={t('System')}>{system.os}</Fact>
        <Fact name={t('Processor')}>{joined([system.cpu, cores, memory])}</Fact>
        {system.gpus.length > 0 && <Fact name={t('Graphics')}>{joined(system.gpus)}</Fact>}
      </Facts>
    </Section>
  );
}

const joined = (parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(', ') || '–';

function Links({ page, pipelineRun }: FailureProps) {
  const { run, changes, lineage } = page;
  const { parentRunId, pipelineRunId } = run;
  const { models = [], datasets = [], registered = [] } = lineage.value ?? {};
  const hasAny =
    parentRunId !== undefined ||
    pipelineRunId !== undefined ||
    models.length + datasets.length + registered.length > 0;
  if (!hasAny) return null;
  return (
    <Section name={t('Where it belongs')}>
      <Facts>
        {parentRunId !== undefined && (
          <Fact name={t('Part of')}>
            <Open
              text={parentRunId}
              onOpen={() => void changes.run('runlens.openRun', { runIds: [parentRunId] })}
            />
          </Fact>
        )}
        {pipelineRunId !== undefined && (
          <Fact name={t('Pipeline')}>
            <Open
              text={pipelineRun ? pipelineText(run, pipelineRun) : pipelineRunId}
              onOpen={() => void changes.run('runlens.openPipeline', { pipelineRunId })}
            />
          </Fact>
        )}
        {models.length > 0 && (
          <Fact name={t('Models')}>
            {models
              .map(({ name, direction }) =>
                direction === 'made' ? t('{0} (made)', name) : t('{0} (used)', name),
              )
              .join(', ')}
          </Fact>
        )}
        {registered.length > 0 && (
          <Fact name={t('Registered as')}>
            {registered.map((version) => (
              <OpenVersion key={version} version={version} page={page} />
            ))}
          </Fact>
        )}
        {datasets.length > 0 && (
          <Fact name={t('Datasets')}>{datasets.map(({ name }) => name).join(', ')}</Fact>
        )}
      </Facts>
    </Section>
  );
}

/** `name/version`, where a name may not hold a slash. */
export function OpenVersion({
  version,
  page,
}: {
  readonly version: string;
  readonly page: RunPage;
}) {
  const at = version.lastIndexOf('/');
  const target = { model: version.slice(0, at), version: version.slice(at + 1) };
  return (
    <Open
      text={t('{0} v{1}', target.model, target.version)}
      onOpen={() => void page.changes.run('runlens.openModel', target)}
    />
  );
}

/** `training · training-12 · train`. */
const pipelineText = ({ stepId }: RunDetail, { pipeline, name }: PipelineRunDetail): string =>
  [pipeline, name, ...(stepId === undefined ? [] : [stepId])].join(' · ');

const Open = ({ text, onOpen }: { readonly text: string; readonly onOpen: () => void }) => (
  <button type="button" class="rl-link" onClick={onOpen}>
    <bdi dir="auto">{text}</bdi>
  </button>
);

export const Section = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}) => (
  <section aria-label={name}>
    <h2>{name}</h2>
    {children}
  </section>
);

export const Facts = ({ children }: { readonly children: ComponentChildren }) => (
  <dl class="run-facts">{children}</dl>
);

export const Fact = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}) => (
  <div>
    <dt dir="auto">{name}</dt>
    <dd dir="auto">{children}</dd>
  </div>
);
