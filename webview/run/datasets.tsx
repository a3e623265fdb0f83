/** Datasets that a run used: name, digest, where it is from, its schema and profile. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { RunLineage } from '../../src/protocol/lineage';
import { t } from '../shared/texts';
import { Tag } from '../shared/ui/controls';
import { Scrolled } from '../shared/ui/scrolled';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { Fact, Facts, Section } from './overview';
import type { RunPage } from './page';

type Dataset = RunLineage['datasets'][number];

export function Datasets({ page }: { readonly page: RunPage }) {
  const { value, problem, again } = page.lineage;
  if (!value) {
    return problem === undefined ? (
      <Loading name={t('Reading datasets')} />
    ) : (
      <Problem message={problem} onRetry={again} />
    );
  }
  if (value.datasets.length === 0) {
    return (
      <Empty title={t('No dataset was logged with this run')}>
        <p>{t('mlflow.log_input(dataset, context="training") says which data a run used.')}</p>
      </Empty>
    );
  }
  return (
    <>
      {value.datasets.map((dataset) => (
        <OneDataset
          key={`${dataset.name} ${dataset.digest} ${dataset.context}`}
          dataset={dataset}
        />
      ))}
    </>
  );
}

function OneDataset({ dataset }: { readonly dataset: Dataset }) {
  const { name, digest, context, sourceType, source, schema, profile } = dataset;
  return (
    <Section name={name}>
      <Facts>
        {context !== undefined && (
          <Fact name={t('Context')}>
            <Tag>{context}</Tag>
          </Fact>
        )}
        <Fact name={t('Digest')}>
          <code>{digest}</code>
        </Fact>
        <Fact name={t('Source')}>
          <code dir="auto">{sourceText(source)}</code> {sourceType}
        </Fact>
      </Facts>
      {schema !== undefined && (
        <Json name={t('Schema of {0}', name)} label={t('Schema')} text={schema} />
      )}
      {profile !== undefined && (
        <Json name={t('Profile of {0}', name)} label={t('Profile')} text={profile} />
      )}
    </Section>
  );
}

interface JsonProps {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

const Json = ({ name, label, text }: JsonProps) => (
  <details>
    <summary aria-label={name}>{label}</summary>
    <Scrolled class="run-json" name={name} text={indented(text)} />
  </details>
);

/** As it is when it is no JSON. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** MLflow keeps sources as JSON: `{"uri": "data.csv"}`. */
function sourceText(source: string): string {
  try {
    const value: unknown = JSON.parse(source);
    const named: unknown =
      typeof value === 'object' && value !== null ? Object.values(value)[0] : undefined;
    return typeof named === 'string' ? named : source;
  } catch {
    return source;
  }
}
