/** Two versions beside each other: what differs of schema, parameters, metrics and requirements. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { guessDirection } from '../../src/domain/direction';
import type { ModelRow, ModelVersionDetail, OverTime } from '../../src/protocol/models';
import { signed } from '../shared/table/cellText';
import { countText, t } from '../shared/texts';
import { touchesValues } from '../shared/touches';
import { Button, Dropdown, ToggleButton } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { type Query, useQuery } from '../shared/useQuery';
import { type Difference, differenceOf, type Part, type PartDifference } from './difference';
import { type ModelsPage, touchesModel } from './page';
import { Section } from './version';

export interface CompareProps {
  readonly page: ModelsPage;
  readonly model: ModelRow;
  /** The right side. */
  readonly chosen: string | undefined;
  /** Tells which versions there are. */
  readonly overTime: OverTime | undefined;
}

export function Compare({ page, model, chosen, overTime }: CompareProps) {
  const { view, setView } = page;
  const versions = versionsOf(overTime, model);
  const right = chosen ?? versions[0];
  const before = versions[versions.indexOf(right ?? '') + 1];
  const against = view.against ?? before;
  const left = against === right ? before : against;
  const sides = [useVersion(page, model.name, left), useVersion(page, model.name, right)] as const;
  if (right === undefined || left === undefined) {
    return <p class="rl-faint">{t('There is only one version: nothing to compare it with.')}</p>;
  }
  const choices = versions.map((version) => ({ value: version, label: `v${version}` }));
  return (
    <>
      <div class="models-line">
        <Dropdown
          name={t('Compare')}
          isNameShown
          choices={choices}
          value={left}
          onChange={(next) => setView({ against: next })}
        />
        <Dropdown
          name={t('with')}
          isNameShown
          choices={choices}
          value={right}
          onChange={(next) => setView({ version: next, against: left })}
        />
        <Button onClick={() => setView({ version: left, against: right })}>{t('Swap')}</Button>
        <ToggleButton
          pressed={view.onlyDifferences}
          onToggle={(onlyDifferences) => setView({ onlyDifferences })}
        >
          {t('Differences Only')}
        </ToggleButton>
      </div>
      <Sides page={page} sides={sides} />
    </>
  );
}

/** The newest first. */
function versionsOf(overTime: OverTime | undefined, { latest }: ModelRow): string[] {
  const known = (overTime?.points ?? []).map(({ label }) => label.replace(/^v/, '')).reverse();
  return known.length === 0 && latest ? [latest.version] : known;
}

const useVersion = ({ panel }: ModelsPage, name: string, version: string | undefined) =>
  useQuery(panel, {
    route: 'GET /api/models/:name/versions/:version',
    request: version === undefined ? undefined : { name, version },
    touches: (event, value) => touchesModel(event, name) || touchesValues(event, value?.runId),
  });

interface SidesProps {
  readonly page: ModelsPage;
  readonly sides: readonly [Query<ModelVersionDetail>, Query<ModelVersionDetail>];
}

function Sides({ page, sides: [left, right] }: SidesProps) {
  const [a, b] = [left.value, right.value];
  const parts = useMemo(() => (a && b ? differenceOf(a, b) : undefined), [a, b]);
  const problem = left.problem ?? right.problem;
  const again = () => {
    left.again();
    right.again();
  };
  if (!a || !b || !parts) {
    return problem === undefined ? (
      <Loading name={t('Reading both versions')} />
    ) : (
      <Problem message={problem} onRetry={again} />
    );
  }
  const { onlyDifferences } = page.view;
  const equal = parts.reduce((sum, part) => sum + part.equal, 0);
  const differing = parts.reduce((sum, part) => sum + part.rows.length - part.equal, 0);
  const isShort = onlyDifferences && equal > 0;
  return (
    <>
      {problem !== undefined && <Problem isBar message={problem} onRetry={again} />}
      <p role="status">
        {differing === 0 ? t('They do not differ.') : t('{0} differences', countText(differing))}
        {isShort && ` · ${t('{0} equal rows hidden', countText(equal))}`}
      </p>
      {parts.map((part) => (
        <PartTable key={part.part} page={page} part={part} left={a} right={b} />
      ))}
    </>
  );
}

const PART: Readonly<Record<Part, string>> = {
  facts: 'Overview',
  inputs: 'Inputs',
  outputs: 'Outputs',
  params: 'Parameters',
  metrics: 'Metrics',
  requirements: 'Requirements',
  tags: 'Tags',
};

interface PartTableProps {
  readonly page: ModelsPage;
  readonly part: PartDifference;
  readonly left: ModelVersionDetail;
  readonly right: ModelVersionDetail;
}

function PartTable({ page, part, left, right }: PartTableProps) {
  const rows = page.view.onlyDifferences ? part.rows.filter((row) => row.differs) : part.rows;
  if (rows.length === 0) return null;
  const name = t(PART[part.part]);
  return (
    <Section name={name}>
      {/* biome-ignore lint/a11y/useSemanticElements: a group around a table that scrolls, no fieldset */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <div class="models-scroll" role="group" aria-label={name} tabIndex={0}>
        <table class="models-difference">
          <thead>
            <tr>
              <th scope="col">{t('Name')}</th>
              <th scope="col">{`v${left.version}`}</th>
              <th scope="col">{`v${right.version}`}</th>
              {part.part === 'metrics' && <th scope="col">{t('Difference')}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.name} page={page} row={row} isMetric={part.part === 'metrics'} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

interface RowProps {
  readonly page: ModelsPage;
  readonly row: Difference;
  readonly isMetric: boolean;
}

/** Longer values are seen in the editor's diff. */
const LONG = 120;

function Row({ page, row, isMetric }: RowProps) {
  const { name, left, right, differs } = row;
  const isLong = Math.max(left?.length ?? 0, right?.length ?? 0) > LONG;
  const open = () =>
    void page.changes.run('runlens.compareTexts', {
      texts: { title: name, left: left ?? '', right: right ?? '' },
    });
  return (
    <tr class={differs && !page.view.onlyDifferences ? 'models-differs' : undefined}>
      <th scope="row" dir="auto">
        {isLong ? (
          <button type="button" class="rl-link" title={t('Compare in the editor')} onClick={open}>
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      <Value text={left} isMissingElsewhere={right === undefined} />
      <Value text={right} isMissingElsewhere={left === undefined} />
      {isMetric && <td class="rl-figures">{deltaText(row)}</td>}
    </tr>
  );
}

function Value({
  text,
  isMissingElsewhere,
}: {
  readonly text: string | undefined;
  readonly isMissingElsewhere: boolean;
}) {
  if (text === undefined) return <td class="rl-missing">–</td>;
  const shown = text.length > LONG ? `${text.slice(0, LONG)}…` : text;
  return (
    <td dir="auto" title={text.slice(0, 1000)}>
      {shown}
      {isMissingElsewhere && <span class="rl-sr-only"> {t('only here')}</span>}
    </td>
  );
}

/** With a word for better or worse where the name says which way that is. */
function deltaText({ name, delta }: Difference) {
  if (delta === undefined || delta === 0) return '–';
  const direction = guessDirection(name);
  if (direction === undefined) return signed(delta);
  const isBetter = direction === 'max' ? delta > 0 : delta < 0;
  return (
    <span class={isBetter ? 'rl-good' : 'rl-bad'}>
      {signed(delta)} {isBetter ? t('better') : t('worse')}
    </span>
  );
}
