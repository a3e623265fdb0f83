/** Where a filter is wrong: a wavy line under its text, and what would be right. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../texts';
import { Icon } from '../ui/icon';
import type { Refused } from './check';

export interface SquiggleProps {
  readonly text: string;
  readonly refused: Refused;
  readonly input: { readonly current: HTMLInputElement | null };
}

/** The same text behind the field, unseen but for the line, scrolled as the field is. */
export function Squiggle({ text, refused, input }: SquiggleProps) {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const { current } = input;
    if (!current) return undefined;
    const follow = () => {
      if (element.current) element.current.scrollLeft = current.scrollLeft;
    };
    follow();
    current.addEventListener('scroll', follow);
    return () => current.removeEventListener('scroll', follow);
  }, [input, text]);
  const { from, to } = refused;
  return (
    <span ref={element} class="rl-squiggle" aria-hidden="true">
      {text.slice(0, from)}
      <mark>{text.slice(from, to) || ' '}</mark>
      {text.slice(to)}
    </span>
  );
}

export function FilterProblem({ id, refused }: { readonly id: string; readonly refused: Refused }) {
  const { message, from, valid } = refused;
  return (
    <p id={id} class="rl-filter-problem" role="status">
      <Icon name="error" />
      <span dir="auto">
        {message} <span class="rl-faint">{t('At character {0}.', from + 1)}</span>
        {valid.length > 0 && (
          <span>
            {' '}
            {t('Valid here:')}{' '}
            {valid.map((name, index) => (
              <span key={name}>
                {index > 0 && ', '}
                <code>{name}</code>
              </span>
            ))}
          </span>
        )}
      </span>
    </p>
  );
}
