/** An image of a run or artifact, and those that were logged at other steps. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import type { FileFacts, FilePlace } from '../../src/protocol/files';
import { countText, t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import type { Size } from './imageGeometry';
import { stepsOf } from './imageSteps';
import { ImageView } from './imageView';
import { type ArtifactPage, useImageUri } from './page';
import { nameOf } from './view';

/** Bigger ones would be decoded to gigabytes. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_PIXELS = 100_000_000;

export interface ImageFileProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  readonly facts: FileFacts;
}

export function ImageFile({ page, place, facts }: ImageFileProps) {
  const size = sizeOf(facts);
  const isTooBig =
    facts.size > MOST_BYTES || (size !== undefined && size.width * size.height > MOST_PIXELS);
  if (isTooBig) {
    return (
      <p class="art-note">
        {size && `${t('{0} × {1} pixels', countText(size.width), countText(size.height))}. `}
        {t('This picture is too big to be shown here. Open the file instead.')}
      </p>
    );
  }
  return <ShownImage page={page} place={place} size={size} />;
}

interface ShownImageProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  readonly size: Size | undefined;
}

/** Apart from the above, so that what is too big is not fetched from its server. */
function ShownImage({ page, place, size }: ShownImageProps) {
  const found = useImageUri(page, place);
  return (
    <div>
      {found.is === 'failed' && <Problem message={found.problem} />}
      {found.is === 'waiting' && <Loading name={t('Reading the picture')} />}
      {found.is === 'fetching' && (
        <p class="art-note" role="status">
          {t('The picture is fetched from its server. Its progress is shown in the window.')}
        </p>
      )}
      {found.is === 'ready' && (
        <ImageView
          key={found.uri}
          src={found.uri}
          name={nameOf(place.path)}
          {...(size === undefined ? {} : { size })}
        />
      )}
    </div>
  );
}

function sizeOf({ view }: FileFacts): Size | undefined {
  if (view.kind !== 'image') return undefined;
  const { width, height } = view;
  return width && height ? { width, height } : undefined;
}

export interface StepSliderProps {
  readonly path: string;
  /** Paths of files beside it, among which may be the same picture at other steps. */
  readonly siblings: readonly string[];
  readonly onPath: (path: string) => void;
}

/** Nothing when there is but one. */
export function StepSlider({ path, siblings, onPath }: StepSliderProps) {
  const steps = useMemo(() => stepsOf(path, siblings), [path, siblings]);
  const at = steps.findIndex((step) => step.path === path);
  const now = steps[at];
  if (!now) return null;
  const go = (index: number) => {
    const step = steps[index];
    if (step && step.path !== path) onPath(step.path);
  };
  const text = t('Step {0} ({1} of {2})', now.step, at + 1, steps.length);
  return (
    <div class="art-slider">
      <IconButton
        icon="minus"
        name={t('Step Before')}
        disabled={at === 0}
        onClick={() => go(at - 1)}
      />
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={at}
        aria-label={t('Step')}
        aria-valuetext={text}
        onInput={({ currentTarget }) => go(Number(currentTarget.value))}
      />
      <IconButton
        icon="plus"
        name={t('Next Step')}
        disabled={at === steps.length - 1}
        onClick={() => go(at + 1)}
      />
      <span class="rl-figures">{text}</span>
    </div>
  );
}
