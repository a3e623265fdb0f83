/** Two versions of an artifact: how their facts and metadata differ, and the content of a file of both. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { artifactLabel } from '../../src/domain/artifact';
import { formatBytes } from '../../src/domain/display';
import type { ArtifactRow } from '../../src/protocol/rows';
import { signed } from '../shared/table/cellText';
import { countText, t } from '../shared/texts';
import { type Choice, Dropdown, ToggleButton } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { type Query, useQuery } from '../shared/useQuery';
import { type Difference, versionDifferences } from './differences';
import { FileCompare } from './fileCompare';
import { type ArtifactPage, problemOf, setView } from './page';
import { Scrolling } from './scrolling';
import { versionsRequest } from './versionsTab';
import { firstFile } from './view';

interface CompareTabProps {
  readonly page: ArtifactPage;
  readonly artifact: ArtifactRow;
}

/** As many versions can be chosen here; older ones from the list of versions. */
const CHOSEN_FROM = 100;

export function CompareTab({ page, artifact }: CompareTabProps) {
  const versions = useQuery(page.panel, {
    route: 'GET /api/lists/artifact-versions',
    request: versionsRequest(artifact.name, { from: 0, to: CHOSEN_FROM }),
    touches: (event) => event.type === 'artifact' && event.artifact.name === artifact.name,
  });
  const others = (versions.value?.items ?? []).filter(({ id }) => id !== artifact.id);
  const { against } = page.panel.state.view;
  // The one before it, which is what a new version is measured by.
  const chosen =
    against ?? (others.find((other) => other.createdAt <= artifact.createdAt) ?? others[0])?.id;
  const other = useQuery(page.panel, {
    route: 'GET /api/artifacts/:id',
    request: chosen === undefined ? undefined : { id: chosen },
    touches: (event) => event.type === 'artifact' && event.artifact.id === chosen,
  });
  const problem = problemOf(versions);
  if (problem !== undefined) return <Problem message={problem} onRetry={versions.again} />;
  if (!versions.value) return <Loading name={t('Reading the other version')} />;
  if (chosen === undefined) {
    return (
      <Empty title={t('There is only one version')}>
        <p>{t('When a run makes another one, the two can be compared here.')}</p>
      </Empty>
    );
  }
  return (
    <div class="art-tab">
      <div class="art-tools">
        <Dropdown
          name={t('Compare with')}
          isNameShown
          value={chosen}
          onChange={(id) => setView(page, { against: id })}
          choices={choicesOf(others, chosen, other.value)}
        />
      </div>
      <Other of={other} id={chosen} page={page} artifact={artifact} />
    </div>
  );
}

/** What was chosen stays a choice when it is not in the list: it is older than those, or was deleted meanwhile. */
function choicesOf(
  others: readonly ArtifactRow[],
  chosen: string,
  read: ArtifactRow | undefined,
): readonly Choice<string>[] {
  const choices = others.map(({ id, version }) => ({
    value: id,
    label: t('version {0}', version),
  }));
  if (others.some(({ id }) => id === chosen)) return choices;
  const label = read?.id === chosen ? t('version {0}', read.version) : t('another version');
  return [...choices, { value: chosen, label }];
}

interface OtherProps extends CompareTabProps {
  readonly of: Query<ArtifactRow>;
  readonly id: string;
}

function Other({ of, id, page, artifact }: OtherProps) {
  const problem = problemOf(of);
  if (problem !== undefined) return <Problem message={problem} onRetry={of.again} />;
  if (of.value?.id !== id) return <Loading name={t('Reading the other version')} />;
  return <Compared page={page} artifact={artifact} other={of.value} />;
}

interface ComparedProps extends CompareTabProps {
  readonly other: ArtifactRow;
}

function Compared({ page, artifact, other }: ComparedProps) {
  const isOlder = other.createdAt <= artifact.createdAt;
  const [before, after] = isOlder ? [other, artifact] : [artifact, other];
  const isSame = before.contentDigest !== undefined && before.contentDigest === after.contentDigest;
  return (
    <>
      {isSame && <p class="art-note">{t('The content of both versions is the same.')}</p>}
      <Differences before={before} after={after} />
      <Files page={page} before={before} after={after} />
    </>
  );
}

interface PairProps {
  readonly before: ArtifactRow;
  readonly after: ArtifactRow;
}

function Differences({ before, after }: PairProps) {
  const [isAll, setAll] = useState(false);
  const all = versionDifferences(before, after);
  const shown = isAll ? all : all.filter(({ isEqual }) => !isEqual);
  const hidden = all.length - shown.length;
  return (
    <section class="art-section">
      <div class="art-tools">
        <h2>{t('Facts and metadata')}</h2>
        <ToggleButton pressed={!isAll} onToggle={(on) => setAll(!on)}>
          {t('Differences only')}
        </ToggleButton>
        {hidden > 0 && (
          <span class="rl-faint">{t('{0} equal rows hidden', countText(hidden))}</span>
        )}
      </div>
      {shown.length > 0 && (
        <Scrolling look="art-wide" name={t('Facts and metadata')}>
          <table class="art-list">
            <thead>
              <tr>
                <th scope="col">{t('Name')}</th>
                <th scope="col" dir="auto">
                  {artifactLabel(before)}
                </th>
                <th scope="col" dir="auto">
                  {artifactLabel(after)}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((difference, index) => (
                <DifferenceRow key={index} difference={difference} />
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </section>
  );
}

function DifferenceRow({
  difference: { key, before, after, by, isBytes = false, isEqual },
}: {
  readonly difference: Difference;
}) {
  const cell = (text: string | undefined) =>
    text === undefined ? <span class="rl-missing">{t('not there')}</span> : text;
  return (
    <tr class={isEqual ? undefined : 'art-differs'}>
      <th scope="row" dir="auto">
        {key}
      </th>
      <td dir="auto">{cell(before)}</td>
      <td dir="auto">
        {cell(after)}
        {by !== undefined && by !== 0 && (
          <span class="rl-faint rl-figures" title={String(by)}>
            {' '}
            ({byText(by, isBytes)})
          </span>
        )}
      </td>
    </tr>
  );
}

/** `+10000`, `−1.3 MB`: with its sign, written as the values beside it are. */
function byText(by: number, isBytes: boolean): string {
  const sign = by < 0 ? '−' : '+';
  if (isBytes) return sign + formatBytes(Math.abs(by));
  return Number.isSafeInteger(by) ? sign + Math.abs(by) : signed(by);
}

/** A file that both have, by its path. */
function Files({ page, before, after }: PairProps & { readonly page: ArtifactPage }) {
  const paths = new Set(before.files.map(({ path }) => path));
  const both = after.files.filter(({ path }) => paths.has(path));
  const { path: kept } = page.panel.state.view;
  const path = both.some((file) => file.path === kept) ? kept : firstFile(both);
  if (path === undefined) {
    return <p class="art-note">{t('The versions have no file of the same name.')}</p>;
  }
  return (
    <section class="art-section">
      <div class="art-tools">
        <h2>{t('Content')}</h2>
        {both.length > 1 && (
          <Dropdown
            name={t('File')}
            isNameShown
            value={path}
            onChange={(next) => setView(page, { path: next })}
            choices={both.map((file) => ({ value: file.path, label: file.path }))}
          />
        )}
      </div>
      <FileCompare
        key={`${before.id} ${after.id} ${path}`}
        page={page}
        before={sideOf(before, path)}
        after={sideOf(after, path)}
      />
    </section>
  );
}

const sideOf = (artifact: ArtifactRow, path: string) => ({
  place: { artifactId: artifact.id, path },
  name: artifactLabel(artifact),
  sha256: artifact.files.find((file) => file.path === path)?.sha256,
});
