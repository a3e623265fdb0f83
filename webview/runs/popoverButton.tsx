/** A button that opens a small dialog below it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { IconButton, type IconButtonProps } from '../shared/ui/controls';
import type { Point } from '../shared/ui/layer';
import { Popover } from '../shared/ui/popover';

export type PopoverButtonProps = Omit<IconButtonProps, 'onClick' | 'opens' | 'expanded'> & {
  /** Drawn while it is open. */
  readonly content: (close: () => void) => ComponentChildren;
};

export function PopoverButton({ content, ...button }: PopoverButtonProps) {
  const [at, setAt] = useState<Point | undefined>(undefined);
  const close = useCallback(() => setAt(undefined), []);
  return (
    <>
      <IconButton
        {...button}
        opens="dialog"
        expanded={at !== undefined}
        onClick={({ currentTarget }) => {
          if (!(currentTarget instanceof Element)) return;
          const { left, bottom } = currentTarget.getBoundingClientRect();
          setAt((before) => (before ? undefined : { x: left, y: bottom + 2 }));
        }}
      />
      {at && (
        <Popover name={button.name} at={at} onClose={close}>
          {content(close)}
        </Popover>
      )}
    </>
  );
}
