/** Markdown as data: what the parser makes and the view draws. Every text in it is untrusted. */

export type Block =
  | { readonly is: 'heading'; readonly level: number; readonly content: readonly Inline[] }
  | { readonly is: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly is: 'list'; readonly start: number | undefined; readonly items: readonly Item[] }
  | { readonly is: 'code'; readonly language: string; readonly text: string }
  | { readonly is: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly is: 'table';
      readonly columns: readonly Alignment[];
      readonly head: readonly Row[number][];
      readonly rows: readonly Row[];
    }
  | { readonly is: 'rule' };

/** `checked` is undefined for an item that is no task. */
export interface Item {
  readonly checked: boolean | undefined;
  readonly blocks: readonly Block[];
}

export type Alignment = 'start' | 'center' | 'end';
/** One content per column. */
export type Row = readonly (readonly Inline[])[];

export type Inline =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'code'; readonly text: string }
  | { readonly is: 'emphasis' | 'strong' | 'strike'; readonly content: readonly Inline[] }
  | { readonly is: 'link'; readonly target: LinkTarget; readonly content: readonly Inline[] }
  | { readonly is: 'break' };

/** Where a link may lead; every other address is drawn as text. */
export type LinkTarget =
  | { readonly to: 'web'; readonly href: string }
  | { readonly to: 'run'; readonly runId: string; readonly path: string; readonly uri: string }
  | {
      readonly to: 'model';
      readonly name: string;
      /** A number, a stage, `latest`, or an alias with `@` before it. */
      readonly version: string;
      readonly uri: string;
    };

/** Links that the page opens itself. */
export type StoreLink = Exclude<LinkTarget, { readonly to: 'web' }>;
