// The folders, relative to the root, in which a worker's imports of workspace modules are resolved.
import type { ImportRoots } from './codeFingerprint';

/**
 * In Python's order: the script's folder, then `sys.path` as far as it lies in the root, then the
 * root itself and `src`. Folders of installed packages are not workspace code.
 */
export function importRoots(root: string, script: string, sysPath: readonly string[]): ImportRoots {
  const inside = sysPath.flatMap((folder) => relativeTo(root, folder) ?? []);
  const folders = [folderOf(script), ...inside.filter(isWorkspace), '', 'src'];
  return { folders: [...new Set(folders)] };
}

function relativeTo(root: string, folder: string): string | undefined {
  const base = slashed(root);
  const path = slashed(folder);
  if (path === base) return '';
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : undefined;
}

const slashed = (path: string): string => path.replaceAll('\\', '/').replace(/\/+$/, '');

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));

const isWorkspace = (folder: string): boolean =>
  !folder
    .split('/')
    .some((part) => part.startsWith('.') || /^(site|dist)-packages$|\.zip$/.test(part));
