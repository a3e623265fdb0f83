/** The first part of a text, however long it is; the whole of it is for the editor. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { formatBytes } from '../../src/domain/display';
import type { FilePlace } from '../../src/protocol/files';
import { t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import { Scrolled } from '../shared/ui/scrolled';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { type ArtifactPage, problemOf } from './page';

/** The server brings no more at once. */
export const MOST_BYTES = 1024 * 1024;
const FIRST_BYTES = 64 * 1024;
const GROWTH = 4;

export interface TextViewProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  readonly name: string;
}

export function TextView({ page, place, name }: TextViewProps) {
  const [bytes, setBytes] = useState(FIRST_BYTES);
  const asked = useText(page, place, bytes);
  const { value } = asked;
  const problem = problemOf(asked);
  if (!value) {
    if (problem !== undefined) return <Problem message={problem} onRetry={asked.again} />;
    return <Loading name={t('Reading the text')} />;
  }
  const isCut = value.next < value.size;
  return (
    <div class="art-text">
      {problem !== undefined && <Problem isBar message={problem} onRetry={asked.again} />}
      <Lines text={value.text} name={name} />
      {isCut && (
        <p class="art-tools">
          <span class="rl-faint">
            {t('The first {0} of {1}.', formatBytes(value.next), formatBytes(value.size))}
          </span>
          {bytes < MOST_BYTES && (
            <Button onClick={() => setBytes(Math.min(MOST_BYTES, bytes * GROWTH))}>
              {t('Show More')}
            </Button>
          )}
        </p>
      )}
    </div>
  );
}

/** A text node: whatever it holds is read, not obeyed. */
export function Lines({ text, name }: { readonly text: string; readonly name: string }) {
  if (text === '') return <p class="art-note">{t('This file is empty.')}</p>;
  return <Scrolled class="art-lines" name={t('Text of {0}', name)} text={text} />;
}

/** The beginning of a file as text. */
export const useText = ({ panel }: ArtifactPage, place: FilePlace | undefined, bytes: number) =>
  useQuery(panel, {
    route: 'POST /api/file-text',
    request: place && { place, from: 0, bytes },
    touches: () => false,
  });
