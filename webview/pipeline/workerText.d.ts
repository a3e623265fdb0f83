/** What `?worker` means to scripts/lib/workerText.mjs: the module and all it imports, as a script's text. */
declare module '*?worker' {
  export const text: string;
}
