/** Something as large as the panel, above everything else: a modal dialog. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../texts';
import { IconButton } from '../ui/controls';

export interface FullScreenProps {
  readonly name: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The browser keeps the focus inside and gives it back; Escape closes. */
export function FullScreen({ name, onClose, children }: FullScreenProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="rl-full"
      aria-label={name}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="rl-full-close">
        <IconButton icon="close" name={t('Close')} onClick={onClose} />
      </div>
      {children}
    </dialog>
  );
}
