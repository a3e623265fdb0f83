/** Draws Markdown of somebody else as elements: text nodes only, no HTML, links that lead to known places. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { assertNever } from '../../../src/base/assertNever';
import { countText, t } from '../texts';
import { MOST_CHARACTERS, parseMarkdown } from './blocks';
import type { Block, Inline, LinkTarget, Row, StoreLink } from './types';

export interface MarkdownProps {
  readonly text: string;
  /** Opens what a `runs:/…` or `models:/…` address names; without it they are text. */
  readonly onOpen?: (link: StoreLink) => void;
  /** Level of the heading above it: headings of the text come below. Default 2. */
  readonly under?: number;
}

export function Markdown({ text, onOpen, under = 2 }: MarkdownProps) {
  const { blocks, isCut } = useMemo(() => parseMarkdown(text), [text]);
  const drawing: Drawing = { onOpen, under, level: under };
  return (
    <div class="rl-md">
      {drawBlocks(blocks, drawing)}
      {isCut && (
        <p class="rl-faint">{t('Only the first {0} characters.', countText(MOST_CHARACTERS))}</p>
      )}
    </div>
  );
}

interface Drawing {
  readonly onOpen: ((link: StoreLink) => void) | undefined;
  readonly under: number;
  /** Of the last heading: no level is left out, whatever the text does. */
  level: number;
}

const drawBlocks = (blocks: readonly Block[], drawing: Drawing): VNode[] =>
  blocks.map((block, index) => drawBlock(block, index, drawing));

function drawBlock(block: Block, key: number, drawing: Drawing): VNode {
  switch (block.is) {
    case 'heading':
      return drawHeading(block, key, drawing);
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {drawInline(block.content, drawing)}
        </p>
      );
    case 'list':
      return drawList(block, key, drawing);
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
        <pre key={key} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return <blockquote key={key}>{drawBlocks(block.blocks, drawing)}</blockquote>;
    case 'table':
      return drawTable(block, key, drawing);
    case 'rule':
      return <hr key={key} />;
    default:
      return assertNever(block);
  }
}

function drawHeading(
  { level, content }: Extract<Block, { is: 'heading' }>,
  key: number,
  drawing: Drawing,
): VNode {
  drawing.level = Math.min(6, level + drawing.under, drawing.level + 1);
  const Heading = HEADINGS[drawing.level - 1] ?? 'h6';
  return (
    <Heading key={key} dir="auto">
      {drawInline(content, drawing)}
    </Heading>
  );
}
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;

function drawList(
  { start, items }: Extract<Block, { is: 'list' }>,
  key: number,
  drawing: Drawing,
): VNode {
  const drawn = items.map(({ checked, blocks }, index) => (
    <li key={index} class={checked === undefined ? undefined : 'rl-md-task'}>
      {checked !== undefined && (
        <input
          type="checkbox"
          checked={checked}
          disabled
          aria-label={checked ? t('done') : t('to do')}
        />
      )}
      {drawItem(blocks, drawing)}
    </li>
  ));
  return start === undefined ? (
    <ul key={key}>{drawn}</ul>
  ) : (
    <ol key={key} start={start}>
      {drawn}
    </ol>
  );
}

/** A single paragraph needs no space around it. */
function drawItem(blocks: readonly Block[], drawing: Drawing): ComponentChildren {
  const [first, ...rest] = blocks;
  if (first?.is !== 'paragraph') return drawBlocks(blocks, drawing);
  return [
    <span key="first" dir="auto">
      {drawInline(first.content, drawing)}
    </span>,
    ...drawBlocks(rest, drawing),
  ];
}

function drawTable(
  { columns, head, rows }: Extract<Block, { is: 'table' }>,
  key: number,
  drawing: Drawing,
): VNode {
  const cells = (row: Row, Cell: 'th' | 'td') =>
    row.map((content, i) => (
      <Cell key={i} class={`rl-md-${columns[i] ?? 'start'}`} dir="auto">
        {drawInline(content, drawing)}
      </Cell>
    ));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group around a table that scrolls, no fieldset
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <div key={key} class="rl-md-table" role="group" aria-label={t('Table')} tabIndex={0}>
      <table>
        <thead>
          <tr>{cells(head, 'th')}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>{cells(row, 'td')}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const drawInline = (content: readonly Inline[], drawing: Drawing): ComponentChildren =>
  content.map((node, index) => drawNode(node, index, drawing));

function drawNode(node: Inline, key: number, drawing: Drawing): ComponentChildren {
  switch (node.is) {
    case 'text':
      return node.text;
    case 'code':
      return <code key={key}>{node.text}</code>;
    case 'emphasis':
      return <em key={key}>{drawInline(node.content, drawing)}</em>;
    case 'strong':
      return <strong key={key}>{drawInline(node.content, drawing)}</strong>;
    case 'strike':
      return <s key={key}>{drawInline(node.content, drawing)}</s>;
    case 'break':
      return <br key={key} />;
    case 'link':
      return drawLink(node.target, drawInline(node.content, drawing), { key, drawing });
    default:
      return assertNever(node);
  }
}

/** The title tells where it leads, whatever its text says. */
function drawLink(
  target: LinkTarget,
  content: ComponentChildren,
  { key, drawing }: { key: number; drawing: Drawing },
): ComponentChildren {
  if (target.to === 'web') {
    return (
      <a key={key} href={target.href} title={target.href} rel="noreferrer noopener">
        {content}
      </a>
    );
  }
  const { onOpen } = drawing;
  if (!onOpen) return content;
  return (
    <button
      key={key}
      type="button"
      class="rl-link"
      title={target.uri}
      onClick={() => onOpen(target)}
    >
      {content}
    </button>
  );
}
