/** Where a version comes from and what took it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { StepStatus } from '../../src/domain/pipeline';
import type { ArtifactLineage, StepLink } from '../../src/protocol/lineage';
import type { ArtifactRow } from '../../src/protocol/rows';
import { countText, t } from '../shared/texts';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { type ArtifactPage, problemOf } from './page';
import { oneLine } from './view';

interface LineageProps {
  readonly page: ArtifactPage;
  readonly artifact: ArtifactRow;
  readonly onVersion: (artifactId: string) => void;
}

const ENDED: readonly StepStatus[] = ['ran', 'cached', 'failed'];
/** Shown without opening more. */
const SHORT = 3;
/** The server tells no more of them. */
const MOST_USES = 200;

export function Lineage({ page, artifact, onVersion }: LineageProps) {
  const asked = useQuery(page.panel, {
    route: 'GET /api/artifacts/:id/lineage',
    request: { id: artifact.id },
    // A step that has ended may have taken it; another version may have the same content.
    touches: (event) =>
      (event.type === 'step' && ENDED.includes(event.step.status)) ||
      (event.type === 'artifact' && event.artifact.contentDigest === artifact.contentDigest),
  });
  const problem = problemOf(asked);
  if (!asked.value) {
    if (problem !== undefined) return <Problem message={problem} onRetry={asked.again} />;
    return <Loading name={t('Reading where it comes from')} lines={2} />;
  }
  return <Links page={page} lineage={asked.value} onVersion={onVersion} />;
}

interface LinksProps {
  readonly page: ArtifactPage;
  readonly lineage: ArtifactLineage;
  readonly onVersion: (artifactId: string) => void;
}

function Links({ page, lineage: { madeBy, usedBy, same }, onVersion }: LinksProps) {
  const step = (link: StepLink) => <StepButton key={link.stepRunId} page={page} link={link} />;
  return (
    <dl class="art-facts art-lineage">
      <dt>{t('Made by')}</dt>
      <dd>{madeBy ? step(madeBy) : t('code outside of steps')}</dd>
      <dt>{t('Used by')}</dt>
      <dd>
        {usedBy.length === 0 && t('no step yet')}
        {usedBy.slice(0, SHORT).map(step)}
        {usedBy.length > SHORT && (
          <details>
            <summary>
              {usedBy.length >= MOST_USES
                ? t('the newest {0} steps', countText(usedBy.length))
                : t('{0} more', countText(usedBy.length - SHORT))}
            </summary>
            {usedBy.slice(SHORT).map(step)}
          </details>
        )}
      </dd>
      {same.length > 0 && (
        <>
          <dt>{t('Same content as')}</dt>
          <dd>
            {same.map(({ id, version }) => (
              <button key={id} type="button" class="rl-link" onClick={() => onVersion(id)}>
                <bdi dir="auto">{t('version {0}', version)}</bdi>
              </button>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

function StepButton({ page, link }: { readonly page: ArtifactPage; readonly link: StepLink }) {
  const { step, pipeline, pipelineRun, pipelineRunId, stepRunId } = link;
  return (
    <button
      type="button"
      class="rl-link"
      title={pipelineRun}
      onClick={() =>
        void page.changes.run('runlens.openPipeline', { pipeline, pipelineRunId, stepRunId })
      }
    >
      <bdi dir="auto">{oneLine(step)}</bdi> · <bdi dir="auto">{oneLine(pipelineRun)}</bdi>
    </button>
  );
}
