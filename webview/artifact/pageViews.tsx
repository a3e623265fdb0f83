/** Files that are read as pages: Markdown, and reports in HTML. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import type { FilePlace } from '../../src/protocol/files';
import { Markdown } from '../shared/markdown/markdown';
import type { StoreLink } from '../shared/markdown/types';
import { countText, t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { inertHtml } from './inertHtml';
import { type ArtifactPage, problemOf, targetOf } from './page';
import { MOST_BYTES, type TextViewProps, useText } from './textView';

export function MarkdownView({ page, place }: TextViewProps) {
  const asked = useText(page, place, MOST_BYTES);
  const problem = problemOf(asked);
  if (asked.value) {
    return (
      <div class="art-page">
        <Markdown text={asked.value.text} onOpen={(link) => void openLink(page, link)} />
      </div>
    );
  }
  if (problem !== undefined) return <Problem message={problem} onRetry={asked.again} />;
  return <Loading name={t('Reading the text')} />;
}

function openLink({ changes }: ArtifactPage, link: StoreLink): Promise<void> {
  if (link.to === 'model') {
    return changes.run('runlens.openModel', { model: link.name, version: link.version });
  }
  if (link.path === '') return changes.run('runlens.openRun', { runIds: [link.runId] });
  return changes.run('runlens.openRunFile', { runIds: [link.runId], path: link.path });
}

/** Longer reports are mostly scripts with their data in them, and would show nothing here. */
export const MOST_HTML = 8 * 1024 * 1024;

/** Shown without scripts; a person may have them run in a panel of its own. */
export function HtmlView({ page, place, name }: TextViewProps) {
  const { source, problem, again } = useWhole(page, place);
  const inert = useMemo(
    () => (source === undefined ? undefined : inertHtml(source, styleNonce())),
    [source],
  );
  if (problem !== undefined) return <Problem message={problem} onRetry={again} />;
  if (!inert) return <Loading name={t('Reading the report')} />;
  const canRun = page.panel.state.start?.place.canRun === true;
  return (
    <div class="art-report">
      <div class="art-tools">
        {inert.scripts > 0 && (
          <>
            <Button
              disabled={!canRun}
              title={canRun ? '' : t('Only in a trusted workspace with a server of its own')}
              onClick={() => void page.changes.run('runlens.runReportScripts', targetOf(place))}
            >
              {t('Run Scripts in This Report')}
            </Button>
            <span class="rl-faint">
              {t(
                'Shown without its scripts ({0}): what they would draw is not here.',
                countText(inert.scripts),
              )}
            </span>
          </>
        )}
        {inert.foreign > 0 && (
          <span class="rl-faint">
            {t(
              'Pictures and styles from elsewhere are not fetched ({0}).',
              countText(inert.foreign),
            )}
          </span>
        )}
      </div>
      <iframe
        class="art-report-frame"
        // No permission at all: no scripts, no forms, no navigation, an origin of its own.
        sandbox=""
        srcdoc={inert.html}
        title={t('Report {0}', name)}
        referrerpolicy="no-referrer"
      />
    </div>
  );
}

/** Style sheets of the report are taken with the nonce of the page, which the policy asks for. */
const styleNonce = (): string =>
  document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

interface Whole {
  readonly source: string | undefined;
  readonly problem: string | undefined;
  again(): void;
}

/** All of a text, part by part, up to `MOST_HTML` bytes. */
function useWhole(page: ArtifactPage, place: FilePlace): Whole {
  const [read, setRead] = useState<Pick<Whole, 'source' | 'problem'>>({
    source: undefined,
    problem: undefined,
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isGone = false;
    const show = (next: Pick<Whole, 'source' | 'problem'>) => {
      if (!isGone) setRead(next);
    };
    readWhole(page, place).then(
      (source) => show({ source, problem: undefined }),
      (error: unknown) => show({ source: undefined, problem: messageOf(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [page.panel, JSON.stringify(place), attempt]);
  return { ...read, again: () => setAttempt(attempt + 1) };
}

async function readWhole({ panel }: ArtifactPage, place: FilePlace): Promise<string> {
  const parts: string[] = [];
  for (let from = 0; from < MOST_HTML; ) {
    const answer = await panel.host.ask('POST /api/file-text', { place, from, bytes: MOST_BYTES });
    if (!answer.ok) throw new Error(answer.refusal.message);
    const { text, next, size } = answer.value;
    parts.push(text);
    if (next >= size || next <= from) break;
    from = next;
  }
  return parts.join('');
}
