/** The static HTML of a page: no data, one script and one style sheet, a policy that allows no more. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Pages that compute beside drawing, in workers made of a text that came with the page's script. */
const WITH_WORKERS = ['pipeline'];

export function pageHtml(webview: vscode.Webview, dist: vscode.Uri, page: string): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (file: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview', file)).toString();
  const policy = [
    "default-src 'none'",
    `img-src ${webview.cspSource} data:`,
    `font-src ${webview.cspSource}`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  // A worker may be made of a `blob:` only, which inherits this policy: it can load and evaluate nothing.
  const workers = WITH_WORKERS.includes(page) ? '; worker-src blob:' : '';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}${workers}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri(`${page}.css`)}">
<title>Runlens</title>
</head>
<body>
<main id="app"></main>
<script nonce="${nonce}" src="${uri(`${page}.js`)}"></script>
</body>
</html>`;
}
