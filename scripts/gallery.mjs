// `npm run gallery`: every surface and state in VS Code's four themes, in a browser. Built anew at each visit.
//
//   npm run gallery [-- --port 8765]
import { serveGallery, THEMES } from './lib/gallery.mjs';

const at = process.argv.indexOf('--port');
const port = at < 0 ? 8765 : Number(process.argv[at + 1]);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error('--port takes a number from 0 to 65535.');
  process.exit(2);
}
const { url } = await serveGallery({ port });
console.log(
  `The gallery is at ${url}  (themes: ${Object.keys(THEMES).join(', ')}; Ctrl+C ends it)`,
);
