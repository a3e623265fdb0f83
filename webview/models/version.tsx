/** One version of a model: aliases, stage, description, signature, requirements, where it is from, its history. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { formatBytes, formatMetric } from '../../src/domain/display';
import type { ModelChange } from '../../src/domain/model';
import type {
  ModelFiles,
  ModelRow,
  ModelVersionDetail,
  SchemaField,
} from '../../src/protocol/models';
import { fromWire } from '../../src/protocol/wire';
import { Description } from '../shared/markdown/editor';
import { dateText, t } from '../shared/texts';
import { touchesValues } from '../shared/touches';
import { Button } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { Scrolled } from '../shared/ui/scrolled';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { describe } from './acts';
import { fieldType, loadSnippet, type ModelsPage, openLink, touchesModel } from './page';
import { Aliases, Stage } from './promotion';
import { TagList } from './tagList';

export interface VersionProps {
  readonly page: ModelsPage;
  readonly model: ModelRow;
  readonly version: string;
}

export function Version({ page, model, version }: VersionProps) {
  const { name } = model;
  const { value, problem, again } = useQuery(page.panel, {
    route: 'GET /api/models/:name/versions/:version',
    request: { name, version },
    touches: (event, known) => touchesModel(event, name) || touchesValues(event, known?.runId),
  });
  if (!value) {
    return problem === undefined ? (
      <Loading name={t('Reading v{0}', version)} />
    ) : (
      <Problem message={problem} onRetry={again} />
    );
  }
  return (
    <article class="models-version" aria-label={t('{0} v{1}', name, version)}>
      {problem !== undefined && <Problem isBar message={problem} onRetry={again} />}
      <h2>{t('v{0}', version)}</h2>
      {value.status !== 'READY' && (
        <p class="rl-warn">
          {value.status} {value.statusMessage}
        </p>
      )}
      <Aliases page={page} model={model} version={version} />
      {/* What was chosen does not outlive a change that somebody else made. */}
      <Stage key={value.stage} page={page} version={value} />
      <VersionDescription page={page} version={value} />
      <div class="models-line">
        <span class="rl-faint">{t('Tags')}</span>
        <TagList page={page} name={name} version={version} tags={value.tags} />
      </div>
      <Lineage page={page} version={value} />
      <Metrics version={value} />
      <Files page={page} version={value} />
      <History changes={value.history} />
    </article>
  );
}

interface OfVersion {
  readonly page: ModelsPage;
  readonly version: ModelVersionDetail;
}

function VersionDescription({ page, version }: OfVersion) {
  const { place, view, setView } = page;
  const { model: name, version: number, description } = version;
  const { draft } = view;
  const own = draft?.model === name && draft.version === number ? draft : undefined;
  return (
    <Description
      name={t('Description of v{0}', number)}
      text={description}
      canEdit={place.canWrite}
      draft={own}
      onDraft={(next) => setView({ draft: next && { ...next, model: name, version: number } })}
      onSave={(text) => describe(page, { name, version: number, before: description }, text)}
      onOpen={(link) => void openLink(link, page)}
    />
  );
}

/** Data → pipeline → run → version, as far as it is known. */
function Lineage({ page, version }: OfVersion) {
  const { changes } = page;
  const { datasets, pipeline, pipelineRunId, runId, runName, source } = version;
  return (
    <Section name={t('Where it is from')}>
      <ol class="models-lineage">
        {datasets.map(({ name, digest, context }) => (
          <Origin isData key={`${name} ${digest} ${context}`} what={t('Data')}>
            <bdi dir="auto">{name}</bdi> <code>{digest}</code>
            {context !== undefined && <span class="rl-faint"> {context}</span>}
          </Origin>
        ))}
        {pipelineRunId !== undefined && (
          <Origin what={t('Pipeline')}>
            <Open
              text={pipeline ?? pipelineRunId}
              onOpen={() => void changes.run('runlens.openPipeline', { pipelineRunId })}
            />
          </Origin>
        )}
        {runId !== undefined && (
          <Origin what={t('Run')}>
            {runName === undefined ? (
              <>
                <code>{runId}</code> <span class="rl-faint">{t('not in this project')}</span>
              </>
            ) : (
              <Open
                text={runName}
                onOpen={() => void changes.run('runlens.openRun', { runIds: [runId] })}
              />
            )}
          </Origin>
        )}
        <Origin what={t('Source')}>
          <code dir="auto">{source}</code>
        </Origin>
        <Origin what={t('Model')}>{t('{0} v{1}', version.model, version.version)}</Origin>
      </ol>
    </Section>
  );
}

const Origin = ({
  what,
  children,
  isData,
}: {
  readonly what: string;
  readonly children: ComponentChildren;
  /** Beside other data, not after it. */
  readonly isData?: boolean;
}) => (
  <li class={isData ? 'models-data' : undefined}>
    <span class="models-arrow">
      <Icon name="chevron-right" />
    </span>
    <span class="models-origin">
      <span class="rl-faint">{what}</span> {children}
    </span>
  </li>
);

const Open = ({ text, onOpen }: { readonly text: string; readonly onOpen: () => void }) => (
  <button type="button" class="rl-link" onClick={onOpen}>
    <bdi dir="auto">{text}</bdi>
  </button>
);

/** More are in the run. */
const MOST_METRICS = 30;

function Metrics({ version: { metrics } }: { readonly version: ModelVersionDetail }) {
  const entries = Object.entries(metrics);
  if (entries.length === 0) return null;
  return (
    <Section name={t('Metrics')}>
      <dl class="models-facts">
        {entries.slice(0, MOST_METRICS).map(([key, value]) => (
          <div key={key}>
            <dt dir="auto">{key}</dt>
            <dd class="rl-figures" title={String(value)}>
              {formatMetric(fromWire(value))}
            </dd>
          </div>
        ))}
      </dl>
      {entries.length > MOST_METRICS && (
        <p class="rl-faint">{t('{0} more are with its run.', entries.length - MOST_METRICS)}</p>
      )}
    </Section>
  );
}

function Files({ page, version }: OfVersion) {
  const { files, filesProblem, model: name, version: number } = version;
  const snippet = loadSnippet({ name, version: number }, files);
  return (
    <>
      <Section name={t('Load it')}>
        <Scrolled name={t('Python that loads it')} text={snippet} />
        <Button onClick={() => void page.changes.copy(snippet)}>{t('Copy Load Snippet')}</Button>
      </Section>
      {files ? (
        <FileFacts page={page} files={files} />
      ) : (
        <Section name={t('Files')}>
          <p class="rl-warn">{filesProblem ?? t('Its files cannot be read.')}</p>
        </Section>
      )}
    </>
  );
}

function FileFacts({ page, files }: { readonly page: ModelsPage; readonly files: ModelFiles }) {
  const { inputs, outputs, requirements, flavors, pythonVersion, mlflowVersion, bytes } = files;
  const list = requirements.join('\n');
  return (
    <>
      <Section name={t('Signature')}>
        {inputs === undefined && outputs === undefined ? (
          <p class="rl-faint">{t('None was logged with it.')}</p>
        ) : (
          <div class="models-schemas">
            <Schema name={t('Inputs')} fields={inputs} />
            <Schema name={t('Outputs')} fields={outputs} />
          </div>
        )}
      </Section>
      <Section name={t('Files')}>
        <dl class="models-facts">
          <Fact name={t('Flavors')} text={flavors.join(', ') || '–'} />
          <Fact name={t('Python')} text={pythonVersion ?? '–'} />
          <Fact name={t('MLflow')} text={mlflowVersion ?? '–'} />
          <Fact name={t('Size')} text={formatBytes(bytes)} />
        </dl>
      </Section>
      {requirements.length > 0 && (
        <Section name={t('Requirements')}>
          <Scrolled name={t('Requirements')} text={list} />
          <Button onClick={() => void page.changes.copy(`${list}\n`)}>
            {t('Copy Requirements')}
          </Button>
        </Section>
      )}
    </>
  );
}

const Fact = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <div>
    <dt>{name}</dt>
    <dd dir="auto">{text}</dd>
  </div>
);

interface SchemaProps {
  readonly name: string;
  readonly fields: readonly SchemaField[] | undefined;
}

function Schema({ name, fields }: SchemaProps) {
  return (
    <table class="models-schema">
      <caption>{name}</caption>
      <thead>
        <tr>
          <th scope="col">{t('Name')}</th>
          <th scope="col">{t('Type')}</th>
        </tr>
      </thead>
      <tbody>
        {(fields ?? []).map((field, i) => (
          <tr key={`${field.name} ${i}`}>
            <td dir="auto">{field.name === '' ? `#${i + 1}` : field.name}</td>
            <td>
              <code>{fieldType(field)}</code>
            </td>
          </tr>
        ))}
        {(fields ?? []).length === 0 && (
          <tr>
            <td colSpan={2} class="rl-faint">
              {t('not said')}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function History({ changes }: { readonly changes: readonly ModelChange[] }) {
  return (
    <Section name={t('History')}>
      <ul class="models-history">
        {[...changes].reverse().map((change, i) => (
          <li key={`${change.time} ${i}`}>
            <span class="rl-faint">{dateText(change.time)}</span> {changeText(change)}
            {change.user !== '' && <span class="rl-faint"> · {change.user}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function changeText({ what, before, after }: ModelChange): string {
  if (what === 'created') return t('Created');
  if (what === 'stage') return t('Stage {0} → {1}', before ?? '–', after ?? '–');
  if (after === null) return t('Lost the alias {0}', before ?? '');
  return t('Got the alias {0}', after);
}

export const Section = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}) => (
  <section aria-label={name}>
    <h3>{name}</h3>
    {children}
  </section>
);
