// The version of this server, from package.json.
import { version } from '../../package.json';

export const VERSION: string = version;
