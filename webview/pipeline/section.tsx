/** Parts of a side panel: a titled section, and a fact with its name. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';

export function Section(props: {
  readonly title: string;
  readonly note?: string | undefined;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="pl-section" aria-label={props.title}>
      <h3>
        {props.title}
        {props.note !== undefined && <span class="rl-faint"> {props.note}</span>}
      </h3>
      {props.children}
    </section>
  );
}

export const Fact = (props: { readonly name: string; readonly children: ComponentChildren }) => (
  <li>
    <bdi class="pl-fact-name" dir="auto" title={props.name}>
      {props.name}
    </bdi>
    <span class="pl-fact-value">{props.children}</span>
  </li>
);
