// The version of this server: set by the build; from source, that of package.json.
import * as fs from 'node:fs';
import * as path from 'node:path';

declare const RUNLENS_VERSION: string | undefined;

export const VERSION: string =
  typeof RUNLENS_VERSION === 'string' ? RUNLENS_VERSION : versionOfSource();

function versionOfSource(): string {
  const file = path.join(__dirname, '../../package.json');
  const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
  return version;
}
