// The fonts that pictures are taken with: those that come with the Chromium from npm, wherever it runs.
import fs from 'node:fs';
import path from 'node:path';
import { CACHE } from '../../scripts/lib/cache.mjs';

/** Environment for Chromium; empty where there is no such Chromium: then letters look different. */
export function fixedFonts() {
  const found = fs.existsSync(CACHE)
    ? fs
        .readdirSync(CACHE)
        .filter((name) => name.startsWith('chromium-'))
        .map((name) => path.join(CACHE, name, 'fonts.conf'))
        .filter((file) => fs.existsSync(file))
    : [];
  return found[0] === undefined ? {} : { FONTCONFIG_FILE: found[0] };
}
