/** One file: what it is, what can be done with it, and its content in the way that fits it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { assertNever } from '../../src/base/assertNever';
import { formatBytes } from '../../src/domain/display';
import type { FileFacts, FilePlace, FileView as View } from '../../src/protocol/files';
import { dateText, t } from '../shared/texts';
import { Button, IconButton } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { ArchiveView, BinaryView, MediaView, ModelView, PickleView } from './factViews';
import { ImageFile, StepSlider } from './imageFile';
import { type ArtifactPage, act, problemOf, targetOf } from './page';
import { HtmlView, MarkdownView, MOST_HTML } from './pageViews';
import { TableView } from './tableView';
import { MOST_BYTES, TextView } from './textView';
import { keyOf, nameOf, oneLine } from './view';

export interface FileViewProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  /** Paths of files beside it. */
  readonly siblings: readonly string[];
  /** Another file of the same artifact or run. */
  readonly onPath: (path: string) => void;
  /** Behind what can be done with every file. */
  readonly actions?: ComponentChildren;
}

export function FileView({ page, place, siblings, onPath, actions }: FileViewProps) {
  // The slider stays while the file changes: it has the focus.
  return (
    <>
      <StepSlider path={place.path} siblings={siblings} onPath={onPath} />
      <FileBody key={keyOf(place)} page={page} place={place} actions={actions} />
    </>
  );
}

interface FileBodyProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  readonly actions?: ComponentChildren;
}

/** Mounted anew for each file, so that nothing of the one before is shown as if it were of this one. */
function FileBody({ page, place, actions }: FileBodyProps) {
  const facts = useFacts(page, place);
  const problem = problemOf(facts);
  return (
    <section class="art-file" aria-label={nameOf(place.path)}>
      <FileHead page={page} place={place} facts={facts.value} actions={actions} />
      {problem !== undefined && (
        <Problem message={problem} isBar={facts.value !== undefined} onRetry={facts.again} />
      )}
      {!facts.value && problem === undefined && <Loading name={t('Reading the file')} />}
      {facts.value?.problem !== undefined && (
        <p class="art-caution" dir="auto">
          {facts.value.problem}
        </p>
      )}
      {facts.value && <Content page={page} place={place} facts={facts.value} />}
    </section>
  );
}

export const useFacts = ({ panel }: ArtifactPage, place: FilePlace | undefined) =>
  useQuery(panel, { route: 'POST /api/file-facts', request: place, touches: () => false });

function Content(props: FileBodyProps & { readonly facts: FileFacts }) {
  const { page, place, facts } = props;
  const { view } = facts;
  const text = { page, place, name: nameOf(place.path) };
  switch (view.kind) {
    case 'table':
      return <TableView {...text} />;
    case 'image':
    case 'svg':
      return <ImageFile {...props} />;
    case 'text':
      return <TextView {...text} />;
    case 'markdown':
      return facts.size > MOST_BYTES ? <TextView {...text} /> : <MarkdownView {...text} />;
    case 'html':
      return facts.size > MOST_HTML ? <TextView {...text} /> : <HtmlView {...text} />;
    case 'mlmodel':
      return facts.model ? (
        <ModelView page={page} place={place} model={facts.model} />
      ) : (
        <TextView {...text} />
      );
    case 'pdf':
    case 'audio':
    case 'video':
      return <MediaView kind={view.kind} mediaType={view.mediaType} />;
    case 'pickle':
      return <PickleView view={view} />;
    case 'archive':
      return <ArchiveView page={page} view={view} />;
    case 'binary':
      return <BinaryView facts={facts} />;
    default:
      return assertNever(view);
  }
}

interface FileHeadProps extends FileBodyProps {
  readonly facts: FileFacts | undefined;
}

function FileHead({ page, place, facts, actions }: FileHeadProps) {
  const open = () => act(page, page.changes.run('runlens.openFileInEditor', targetOf(place)));
  return (
    <header class="art-file-head">
      <h2>
        <bdi dir="auto">{oneLine(place.path)}</bdi>
      </h2>
      {facts && (
        <p class="rl-faint art-file-facts">
          {kindText(facts.view)} · {formatBytes(facts.size)} ·{' '}
          {t('changed {0}', dateText(facts.modified))}
        </p>
      )}
      <span class="rl-actions">
        <Button onClick={open}>{t('Open File')}</Button>
        <Button onClick={() => act(page, page.panel.host.openExternally(place))}>
          {t('Open Externally')}
        </Button>
        {facts && (
          <IconButton
            icon="copy"
            name={t('Copy Path')}
            onClick={() => act(page, page.changes.copy(facts.file))}
          />
        )}
        {actions}
      </span>
    </header>
  );
}

const KINDS: Readonly<Record<View['kind'], string>> = {
  table: 'Table',
  image: 'Picture',
  svg: 'Picture (SVG)',
  text: 'Text',
  markdown: 'Markdown',
  html: 'Report (HTML)',
  mlmodel: 'MLflow model',
  pdf: 'PDF document',
  audio: 'Sound',
  video: 'Film',
  pickle: 'Pickle',
  archive: 'Archive',
  binary: 'Binary',
};

/** `Table (parquet)`, `Text (python)`. */
export function kindText(view: View): string {
  const kind = t(KINDS[view.kind]);
  if (view.kind === 'table') return `${kind} (${view.format})`;
  return view.kind === 'text' ? `${kind} (${view.language})` : kind;
}
