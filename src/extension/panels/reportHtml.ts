/** A report with a policy before all else in it: its scripts run and reach nothing. */

/** Scripts of reports are inline, and libraries that draw compile some. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' data: blob:",
  "style-src 'unsafe-inline' data:",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
  'worker-src blob:',
  "connect-src 'none'",
  "frame-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "webrtc 'block'",
].join('; ');

/**
 * The policy stands before the report's first byte, since one counts only for what follows it; a second
 * `<html>` or `<head>` of the report is merged by the parser.
 */
export const reportHtml = (report: string): string =>
  `<!DOCTYPE html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta http-equiv="x-dns-prefetch-control" content="off">${report.replace(/^\uFEFF?\s*(<!doctype[^>]*>)?/i, '')}`;
