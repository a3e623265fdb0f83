// Where everything that is provisioned goes: outside the clone, kept between clones, keyed by version.
import os from 'node:os';
import path from 'node:path';

export const CACHE = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  'runlens-dev',
);
