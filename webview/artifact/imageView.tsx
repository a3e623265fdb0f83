/**
 * A picture to look into: fitted, zoomed about the pointer, moved, with lines between pixels when they are big. It is
 * always an `img`: an SVG shown so runs no scripts and fetches nothing.
 */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../shared/texts';
import { IconButton, ToggleButton } from '../shared/ui/controls';
import { Problem } from '../shared/ui/states';
import {
  centred,
  fitted,
  GRID_SCALE,
  moved,
  type Placement,
  type Point,
  pixelAt,
  SHARP_SCALE,
  type Size,
  scaleText,
  zoomedTo,
  zoomStep,
} from './imageGeometry';
import { imageProblem } from './page';

export interface ImageViewProps {
  readonly src: string;
  /** What it shows, for its accessible name: the file's name. */
  readonly name: string;
  /** From the head of the file; else from the picture when it is here. */
  readonly size?: Size;
  /** Where it lies when that is chosen for another picture, too; default: for this one alone. */
  readonly chosen?: Chosen;
}

/** Undefined while the picture is fitted. */
export interface Chosen {
  readonly placement: Placement | undefined;
  set(placement: Placement | undefined): void;
}

function useChosen(): Chosen {
  const [placement, set] = useState<Placement | undefined>(undefined);
  return { placement, set };
}

const PAN_STEP = 40;
/** What a browser gives an SVG that says no size. */
const UNSIZED: Size = { width: 300, height: 150 };

export function ImageView({ src, name, size, chosen: common }: ImageViewProps) {
  const frame = useRef<HTMLDivElement>(null);
  const room = useRoom(frame);
  const [image, setImage] = useState<Size | undefined>(size);
  const [isBroken, setBroken] = useState(false);
  const own = useChosen();
  const { placement: chosen, set: setChosen } = common ?? own;
  const [pixel, setPixel] = useState<Point | undefined>(undefined);
  useEffect(() => setBroken(false), [src]);
  if (isBroken) return <Problem message={imageProblem()} />;
  const now = image && (chosen ?? fitted(image, room));
  const zoom = (to: number, at: Point = middle(room)) => {
    if (image && now)
      setChosen(moved(zoomedTo(now, to, at), { x: 0, y: 0 }, { image, frame: room }));
  };
  const pan = (by: Point) => {
    if (image && now) setChosen(moved(now, by, { image, frame: room }));
  };
  const acts: FrameActs = {
    zoom,
    pan,
    fit: () => setChosen(undefined),
    whole: () => image && setChosen(centred(image, room, 1)),
    scale: now?.scale ?? 1,
    point: (at) => setPixel(image && now && at && pixelAt(now, image, at)),
  };
  return (
    <div class="art-image">
      <ImageTools acts={acts} image={image} isFit={chosen === undefined} pixel={pixel} />
      <Frame frame={frame} name={name} acts={acts}>
        <img
          class={now && now.scale >= SHARP_SCALE ? 'art-picture art-sharp' : 'art-picture'}
          src={src}
          alt={name}
          draggable={false}
          style={now && image ? pictureStyle(now, image) : { visibility: 'hidden' }}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            setImage(width > 0 && height > 0 ? { width, height } : UNSIZED)
          }
          onError={() => setBroken(true)}
        />
        {chosen && image && chosen.scale >= GRID_SCALE && (
          <div class="art-grid" style={gridStyle(chosen, image, room)} />
        )}
      </Frame>
    </div>
  );
}

const pictureStyle = ({ scale, x, y }: Placement, { width, height }: Size) => ({
  width: `${width}px`,
  height: `${height}px`,
  transform: `translate(${x}px, ${y}px) scale(${scale})`,
});

/** As big as the frame and cut to the picture: one as big as the picture could be a million pixels wide. */
function gridStyle({ scale, x, y }: Placement, image: Size, room: Size) {
  const cut = (length: number) => `${Math.max(0, length)}px`;
  const right = room.width - (x + image.width * scale);
  const bottom = room.height - (y + image.height * scale);
  return {
    backgroundSize: `${scale}px ${scale}px`,
    backgroundPosition: `${x}px ${y}px`,
    clipPath: `inset(${cut(y)} ${cut(right)} ${cut(bottom)} ${cut(x)})`,
  };
}

const middle = ({ width, height }: Size): Point => ({ x: width / 2, y: height / 2 });

interface FrameActs {
  zoom(to: number, at?: Point): void;
  pan(by: Point): void;
  fit(): void;
  whole(): void;
  readonly scale: number;
  /** The pointer's place in the frame; undefined when it has left. */
  point(at: Point | undefined): void;
}

interface FrameProps {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly name: string;
  readonly acts: FrameActs;
  readonly children: ComponentChildren;
}

function Frame({ frame, name, acts, children }: FrameProps) {
  const drag = useRef<Point | undefined>(undefined);
  const placeOf = (event: MouseEvent): Point => {
    const box = frame.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      ref={frame}
      class="art-frame"
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys zoom and move
      tabIndex={0}
      aria-label={t('{0}: plus and minus zoom, arrows move, 0 fits, 1 is 100 %', name)}
      onKeyDown={(event) => {
        // With Ctrl they are the editor's: its own zoom.
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (press(event.key, acts)) event.preventDefault();
      }}
      onWheel={(event) => {
        // The wheel alone scrolls the page.
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        acts.zoom(acts.scale * 1.0015 ** -event.deltaY, placeOf(event));
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture?.(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => {
        acts.point(placeOf(event));
        const { current } = drag;
        if (!current) return;
        drag.current = { x: event.clientX, y: event.clientY };
        acts.pan({ x: event.clientX - current.x, y: event.clientY - current.y });
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
      onPointerLeave={() => acts.point(undefined)}
      onDblClick={(event) =>
        acts.zoom(zoomStep(acts.scale, event.shiftKey ? -1 : 1), placeOf(event))
      }
    >
      {children}
    </div>
  );
}

/** True when the key was ours. */
function press(key: string, acts: FrameActs): boolean {
  const by: Readonly<Record<string, Point>> = {
    ArrowLeft: { x: PAN_STEP, y: 0 },
    ArrowRight: { x: -PAN_STEP, y: 0 },
    ArrowUp: { x: 0, y: PAN_STEP },
    ArrowDown: { x: 0, y: -PAN_STEP },
  };
  const arrow = by[key];
  if (arrow) acts.pan(arrow);
  else if (key === '+' || key === '=') acts.zoom(zoomStep(acts.scale, 1));
  else if (key === '-') acts.zoom(zoomStep(acts.scale, -1));
  else if (key === '0') acts.fit();
  else if (key === '1') acts.whole();
  else return false;
  return true;
}

interface ImageToolsProps {
  readonly acts: FrameActs;
  readonly image: Size | undefined;
  readonly isFit: boolean;
  readonly pixel: Point | undefined;
}

function ImageTools({ acts, image, isFit, pixel }: ImageToolsProps) {
  return (
    <div class="art-tools">
      <IconButton
        icon="minus"
        name={t('Zoom Out')}
        onClick={() => acts.zoom(zoomStep(acts.scale, -1))}
      />
      <span class="rl-figures art-zoom" role="status">
        {scaleText(acts.scale)}
      </span>
      <IconButton
        icon="plus"
        name={t('Zoom In')}
        onClick={() => acts.zoom(zoomStep(acts.scale, 1))}
      />
      <ToggleButton pressed={isFit} onToggle={(on) => (on ? acts.fit() : acts.whole())}>
        {t('Fit')}
      </ToggleButton>
      <ToggleButton pressed={!isFit && acts.scale === 1} onToggle={() => acts.whole()}>
        100 %
      </ToggleButton>
      {image && <span class="rl-faint">{t('{0} × {1} pixels', image.width, image.height)}</span>}
      {pixel && <span class="rl-faint rl-figures">{t('x {0}, y {1}', pixel.x, pixel.y)}</span>}
    </div>
  );
}

/** The frame's size, also after it changes. */
function useRoom(frame: RefObject<HTMLDivElement | null>): Size {
  const [room, setRoom] = useState<Size>({ width: 600, height: 400 });
  useLayoutEffect(() => {
    const { current } = frame;
    if (!current) return undefined;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = current;
      if (width > 0 && height > 0) setRoom({ width, height });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [frame]);
  return room;
}
