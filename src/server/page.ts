// The page at GET /: static, without data. It turns the address that MLflow prints after each run
// into a link that opens the run in the editor.
import { createHash } from 'node:crypto';
import type { HttpReply } from '../protocol/http';

const SCRIPT = `
const link = document.getElementById('link');
const show = () => {
  const match = /^#\\/experiments\\/[^/]+\\/runs\\/([A-Za-z0-9][\\w-]{0,255})/.exec(location.hash);
  document.getElementById('run').hidden = !match;
  document.getElementById('none').hidden = !!match;
  if (!match) return;
  link.href = 'vscode://runlens.runlens/run/' + match[1];
  location.href = link.href;
};
addEventListener('hashchange', show);
show();
`;

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem; }
`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Runlens</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Runlens</h1>
<p id="none">This server keeps the runs of a folder. Open the folder in VS Code and look for
<strong>Runlens</strong> in the activity bar.</p>
<p id="run" hidden><a id="link" href="#">Open this run in VS Code</a></p>
<script>${SCRIPT}</script>
</body>
</html>
`;

/** Allows exactly this script and style and nothing else: the page loads and sends nothing. */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function pageReply(): HttpReply {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    },
    body: PAGE,
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
