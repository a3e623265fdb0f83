// msgpackr's build without its native accelerator and without generated code has no types of its own.
declare module 'msgpackr/index-no-eval' {
  export { Packr } from 'msgpackr';
}
