/** Icons of 16 × 16, drawn in the colour of the text around them. */
/** @jsxRuntime automatic @jsxImportSource preact */

/** Lines of 1.2 unless they are filled. */
const PATHS = {
  'arrow-down': { d: 'M8 3v9.5M4 8.8l4 3.9 4-3.9' },
  'arrow-up': { d: 'M8 13V3.5M4 7.2l4-3.9 4 3.9' },
  check: { d: 'M3 8.6l3.2 3.2L13 4.6' },
  'chevron-down': { d: 'M3.5 6l4.5 4.5L12.5 6' },
  'chevron-right': { d: 'M6 3.5l4.5 4.5L6 12.5' },
  clock: { d: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.8V8l2.2 1.6' },
  close: { d: 'M4 4l8 8M12 4l-8 8' },
  copy: { d: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7' },
  edit: { d: 'M3 13l.8-3.2 7-7 2.4 2.4-7 7zM9.4 4.2l2.4 2.4' },
  error: {
    d: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  },
  expand: { d: 'M9.5 2.5h4v4M13.2 2.8L9 7M6.5 13.5h-4v-4M2.8 13.2L7 9' },
  eye: {
    d: 'M1.5 8C3 5 5.3 3.6 8 3.6S13 5 14.5 8c-1.5 3-3.8 4.4-6.5 4.4S3 11 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  },
  'eye-closed': {
    d: 'M1.5 7c1.5 2.4 3.8 3.6 6.5 3.6S13 9.4 14.5 7M3.5 9.2L2.2 11M8 10.6V13M12.5 9.2l1.3 1.8',
  },
  filter: { d: 'M2.5 4h11M4.5 8h7M6.5 12h3' },
  folder: { d: 'M1.8 12.8V3.2h4.4l1.6 1.9h6.4v7.7z' },
  grip: { d: 'M6 3.5v.1M10 3.5v.1M6 8v.1M10 8v.1M6 12.4v.1M10 12.4v.1', wide: true },
  hidden: {
    d: 'M2.5 13.5l11-11M1.5 8C3 5 5.3 3.6 8 3.6c.9 0 1.8.2 2.6.5M14.5 8c-1.5 3-3.8 4.4-6.5 4.4-.9 0-1.8-.2-2.6-.5',
  },
  history: { d: 'M2.6 4.2v3h3M2.7 7A5.6 5.6 0 1 1 3 10M8 5v3.2l2 1.3' },
  info: { d: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 7.3v3.6M8 5v.1' },
  link: { d: 'M9 2.5h4.5V7M13.3 2.7L7.5 8.5M11.5 9.5v4h-9v-9h4' },
  list: { d: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4v.1M2.5 8v.1M2.5 12v.1' },
  metric: { d: 'M2 12.5l4-5 2.5 2.5L14 4' },
  minus: { d: 'M3.5 8h9' },
  more: { d: 'M3.5 8v.1M8 8v.1M12.5 8v.1', wide: true },
  param: { d: 'M2 5h6M11.5 5H14M2 11h2.5M8 11h6M8 3.3h3.3v3.4H8zM4.6 9.3h3.3v3.4H4.6z' },
  pin: { d: 'M5.5 2.5h5M6.3 2.5v4L4.5 9h7L9.7 6.5v-4M8 9v4.5' },
  play: { d: 'M4.5 3l8.5 5-8.5 5z' },
  plus: { d: 'M8 3.5v9M3.5 8h9' },
  refresh: { d: 'M13.4 3v3.3h-3.3M13.2 6.2A5.6 5.6 0 1 0 13.5 9' },
  running: { d: 'M8 2.2A5.8 5.8 0 1 1 2.2 8' },
  search: { d: 'M7 2.7a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6zM10.2 10.2l3.6 3.6' },
  skip: { d: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5 8h6' },
  star: { d: 'M8 1.8l1.9 4 4.4.5-3.3 3 .9 4.3L8 11.5l-3.9 2.1.9-4.3-3.3-3 4.4-.5z', filled: true },
  stop: { d: 'M4 4h8v8H4z', filled: true },
  tag: { d: 'M2.5 2.5h5.3l6 6-5.3 5.3-6-6zM5.3 5.2v.1' },
  value: { d: 'M6 3.2H3.5v9.6H6M10 3.2h2.5v9.6H10' },
  warning: { d: 'M8 2.3l6.2 11.2H1.8zM8 6.5v3.3M8 11.6v.1' },
} as const satisfies Record<string, { d: string; filled?: boolean; wide?: boolean }>;

export type IconName = keyof typeof PATHS;

/** Without `label` it only repeats what stands beside it. */
export function Icon({ name, label }: { readonly name: IconName; readonly label?: string }) {
  const path: { d: string; filled?: boolean; wide?: boolean } = PATHS[name];
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or hidden
    <svg
      class={name === 'running' ? 'rl-icon rl-spin' : 'rl-icon'}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill={path.filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width={path.wide ? 2 : 1.2}
      stroke-linecap="round"
      stroke-linejoin="round"
      focusable="false"
      {...(label === undefined ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': label })}
    >
      <path d={path.d} />
    </svg>
  );
}
