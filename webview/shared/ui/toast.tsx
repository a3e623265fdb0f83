/** Short messages at the bottom: what was done, with a button that undoes it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import { Emitter, type Event } from '../../../src/base/event';
import { t } from '../texts';
import { Button, IconButton } from './controls';

export interface Toast {
  readonly text: string;
  /** Such as *Undo*. Without it the message says only what happened. */
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly kind?: 'info' | 'error';
}

interface Shown extends Toast {
  readonly id: number;
}

/** What can be undone waits longer; an error stays until it is closed. */
const SHOWN_MS = 6000;
const UNDO_MS = 15_000;
/** Errors beside the newest message: the page stays to be seen, and what fails again is told once. */
const MOST_ERRORS = 3;

export class Toaster {
  private shown: readonly Shown[] = [];
  private nextId = 1;
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;

  get toasts(): readonly Shown[] {
    return this.shown;
  }

  /** The newest replaces an older one: only the last act can be undone from here. */
  show(toast: Toast): void {
    this.shown = [
      ...this.shown
        .filter((each) => each.kind === 'error' && each.text !== toast.text)
        .slice(-MOST_ERRORS),
      { ...toast, id: this.nextId++ },
    ];
    this.changed.fire();
  }

  close(id: number): void {
    this.shown = this.shown.filter((each) => each.id !== id);
    this.changed.fire();
  }
}

export function Toasts({ toaster }: { readonly toaster: Toaster }) {
  const [toasts, setToasts] = useState(toaster.toasts);
  useEffect(() => {
    setToasts(toaster.toasts);
    const subscription = toaster.onDidChange(() => setToasts(toaster.toasts));
    return () => subscription.dispose();
  }, [toaster]);
  // The region is always there: what is put into it later is spoken.
  return (
    <div class="rl-toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastBar key={toast.id} toast={toast} onClose={() => toaster.close(toast.id)} />
      ))}
    </div>
  );
}

function ToastBar({ toast, onClose }: { readonly toast: Shown; readonly onClose: () => void }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld || toast.kind === 'error') return undefined;
    const timer = setTimeout(onClose, toast.action ? UNDO_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isHeld, toast]);
  const { action } = toast;
  return (
    <div
      class={`rl-toast rl-toast-${toast.kind ?? 'info'}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <span dir="auto">{toast.text}</span>
      {action && (
        <Button
          onClick={() => {
            onClose();
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon="close" name={t('Close')} onClick={onClose} />
    </div>
  );
}
