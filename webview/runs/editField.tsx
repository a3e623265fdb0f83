/** A text that is edited in its cell. Enter takes it, Escape does not; leaving takes it, too. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';

export interface EditFieldProps {
  readonly name: string;
  readonly value: string;
  readonly onCommit: (value: string) => void;
  readonly onCancel: () => void;
}

export function EditField({ name, value, onCommit, onCancel }: EditFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  // Updates of the row do not touch what is being written.
  const [text, setText] = useState(value);
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const end = (how: () => void) => {
    if (isDone.current) return;
    isDone.current = true;
    how();
  };
  return (
    <input
      ref={field}
      class="runs-edit"
      type="text"
      aria-label={name}
      dir="auto"
      spellcheck={false}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={() => end(() => onCommit(text))}
      onKeyDown={(event) => {
        if (event.key === 'Enter') end(() => onCommit(text));
        else if (event.key === 'Escape') end(onCancel);
        event.stopPropagation();
      }}
    />
  );
}
