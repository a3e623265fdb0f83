/** Two pictures: side by side, one over the other with a line that moves, or their difference. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import { countText, t } from '../shared/texts';
import { Dropdown } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { drawDifference, type ImageDifference } from './imageDifference';
import { fitScale, type Placement, type Size } from './imageGeometry';
import { ImageView } from './imageView';
import { imageProblem } from './page';

const MODES = ['side', 'swipe', 'difference'] as const;
type Mode = (typeof MODES)[number];

export interface ComparedImage {
  readonly src: string;
  /** `classifier v3`. */
  readonly name: string;
}

export interface ImageCompareProps {
  /** The older one. */
  readonly before: ComparedImage;
  readonly after: ComparedImage;
}

export function ImageCompare({ before, after }: ImageCompareProps) {
  const [mode, setMode] = useState<Mode>('side');
  return (
    <div class="art-image-compare">
      <div class="art-tools">
        <Dropdown
          name={t('Compare pictures')}
          isNameShown
          value={mode}
          onChange={setMode}
          choices={[
            { value: 'side', label: t('Side by side') },
            { value: 'swipe', label: t('Swipe') },
            { value: 'difference', label: t('Difference') },
          ]}
        />
      </div>
      {mode === 'side' && <SideBySide before={before} after={after} />}
      {mode === 'swipe' && <Swipe before={before} after={after} />}
      {mode === 'difference' && <Difference before={before} after={after} />}
    </div>
  );
}

/** Zoomed and moved together, so that the same place of both is seen. */
function SideBySide({ before, after }: ImageCompareProps) {
  const [placement, set] = useState<Placement | undefined>(undefined);
  return (
    <div class="art-side">
      {[before, after].map(({ src, name }) => (
        <figure key={name}>
          <figcaption>
            <bdi dir="auto">{name}</bdi>
          </figcaption>
          <ImageView src={src} name={name} chosen={{ placement, set }} />
        </figure>
      ))}
    </div>
  );
}

/** Room for two pictures that lie over each other. */
const ROOM: Size = { width: 640, height: 480 };

/** Small ones are blown up as in the viewer; others are as wide as they are and as there is room. */
function shown(size: Size | undefined, look: string) {
  const scale = size ? fitScale(size, ROOM) : 1;
  if (!size || scale <= 1) return { class: look };
  return { class: `${look} art-sharp`, style: { width: `${size.width * scale}px` } };
}

function Swipe({ before, after }: ImageCompareProps) {
  const [share, setShare] = useState(50);
  const [size, setSize] = useState<Size | undefined>(undefined);
  return (
    <div>
      <div class="art-swipe">
        <img
          src={after.src}
          alt={after.name}
          {...shown(size, '')}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            setSize({ width, height })
          }
        />
        <img
          class={shown(size, 'art-swipe-over').class}
          src={before.src}
          alt={before.name}
          style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}
        />
        <div class="art-swipe-line" style={{ left: `${share}%` }} />
      </div>
      <label class="art-slider">
        <bdi dir="auto">{before.name}</bdi>
        <input
          type="range"
          min={0}
          max={100}
          value={share}
          aria-label={t('Share of {0} that is shown', before.name)}
          aria-valuetext={`${share} %`}
          onInput={({ currentTarget }) => setShare(Number(currentTarget.value))}
        />
        <bdi dir="auto">{after.name}</bdi>
      </label>
    </div>
  );
}

type Drawn =
  | { readonly is: 'drawing' }
  | { readonly is: 'drawn'; readonly found: ImageDifference }
  | { readonly is: 'failed' };

function Difference({ before, after }: ImageCompareProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState<Drawn>({ is: 'drawing' });
  useEffect(() => {
    let isGone = false;
    setDrawn({ is: 'drawing' });
    Promise.all([loaded(before.src), loaded(after.src)]).then(
      ([a, b]) => {
        const { current } = canvas;
        if (isGone || !current) return;
        setDrawn({ is: 'drawn', found: drawDifference(current, a, b) });
      },
      () => {
        if (!isGone) setDrawn({ is: 'failed' });
      },
    );
    return () => {
      isGone = true;
    };
  }, [before.src, after.src]);
  const text = drawn.is === 'drawn' ? differenceText(drawn.found) : '';
  return (
    <div>
      {drawn.is === 'failed' && <Problem message={imageProblem()} />}
      {drawn.is === 'drawing' && <Loading name={t('Comparing the pictures')} lines={2} />}
      <p class="art-note" role="status">
        {text}
      </p>
      <canvas
        ref={canvas}
        {...(drawn.is === 'drawn'
          ? shown(drawn.found.size, 'art-difference')
          : { class: 'art-difference art-hidden' })}
        role="img"
        aria-label={t('Difference of {0} and {1}: {2}', before.name, after.name, text)}
      />
    </div>
  );
}

export function differenceText({ isSameSize, size, counted }: ImageDifference): string {
  const sizes = isSameSize ? '' : `${t('The pictures are not of one size.')} `;
  if (!counted) {
    return `${sizes}${t('{0} × {1} pixels; those that differ are not counted.', size.width, size.height)}`;
  }
  const { differing, total, most } = counted;
  if (differing === 0) return sizes + t('No pixel differs.');
  const share = (differing / total) * 100;
  const shown = share < 0.01 ? t('less than 0.01') : share.toFixed(share < 1 ? 2 : 1);
  return (
    sizes +
    t(
      '{0} of {1} pixels differ ({2} %), by at most {3} of 255; drawn as bright as can be.',
      countText(differing),
      countText(total),
      shown,
      most,
    )
  );
}

/** Asked for so that its pixels may be read where the server allows it, else so that it is at least seen. */
async function loaded(src: string): Promise<HTMLImageElement> {
  try {
    return await load(src, 'anonymous');
  } catch {
    return load(src, undefined);
  }
}

function load(src: string, crossOrigin: 'anonymous' | undefined): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    if (crossOrigin) image.crossOrigin = crossOrigin;
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error('The picture cannot be decoded'));
    image.src = src;
  });
}
