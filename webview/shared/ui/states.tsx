/** What a surface shows when it has nothing, waits, or failed. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../texts';
import { Button } from './controls';
import { Icon } from './icon';

/** Below this nobody waits: a skeleton would only flash. */
const PATIENCE_MS = 200;

/** True once `waits` has been so for 200 ms. */
function useWaiting(waits: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!waits) {
      setLong(false);
      return undefined;
    }
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waits]);
  return waits && isLong;
}

export interface LoadingProps {
  /** What is read: `Reading runs`. */
  readonly name: string;
  /** Bars of the skeleton; default 6. */
  readonly lines?: number;
}

/** A skeleton, after 200 ms. */
export function Loading({ name, lines = 6 }: LoadingProps) {
  const isShown = useWaiting(true);
  if (!isShown) return <div class="rl-loading" />;
  return (
    <div class="rl-loading" role="status">
      <span class="rl-sr-only">{name}</span>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class={`rl-bone rl-bone-${i % 3}`} />
      ))}
    </div>
  );
}

export interface EmptyProps {
  readonly title: string;
  /** What to do next. */
  readonly children?: ComponentChildren;
  readonly actions?: readonly { readonly label: string; readonly onClick: () => void }[];
}

/** The first action is the one to take. */
export function Empty({ title, children, actions = [] }: EmptyProps) {
  return (
    <div class="rl-empty">
      <h2>{title}</h2>
      {children}
      {actions.length > 0 && (
        <p class="rl-actions">
          {actions.map(({ label, onClick }, index) => (
            <Button key={label} look={index === 0 ? 'primary' : 'secondary'} onClick={onClick}>
              {label}
            </Button>
          ))}
        </p>
      )}
    </div>
  );
}

export interface ProblemProps {
  /** What happened and what to do. */
  readonly message: string;
  readonly onRetry?: () => void;
  readonly onLog?: () => void;
  /** Older results stay below it. */
  readonly isBar?: boolean;
}

export function Problem({ message, onRetry, onLog, isBar }: ProblemProps) {
  return (
    <div class={isBar ? 'rl-problem rl-problem-bar' : 'rl-problem'} role="alert">
      <Icon name="error" />
      <span class="rl-problem-text" dir="auto">
        {message}
      </span>
      <span class="rl-actions">
        {onRetry && <Button onClick={onRetry}>{t('Try Again')}</Button>}
        {onLog && <Button onClick={onLog}>{t('Show Log')}</Button>}
      </span>
    </div>
  );
}
