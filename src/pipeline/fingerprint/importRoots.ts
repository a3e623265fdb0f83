// The folders, relative to the root, in which a worker's imports of workspace modules are resolved.
import type { ImportedModule, PipelineRun } from '../../domain/pipeline';
import type { ImportRoots } from './codeFingerprint';
import { ownRoot } from './imports';

/**
 * In Python's order: the script's folder, then `sys.path` as far as it lies in the root (also what
 * `PYTHONPATH` and `.pth` files put there), then the root itself and `src`, at last where modules
 * were imported from in another way, as by the hooks of editable installs. Folders of installed
 * packages are not workspace code.
 */
export function importRoots(
  root: string,
  script: string,
  {
    sysPath = [],
    modules = [],
  }: Pick<PipelineRun, 'sysPath'> & Partial<Pick<PipelineRun, 'modules'>>,
): ImportRoots {
  const inside = sysPath.flatMap((folder) => relativeTo(root, folder) ?? []);
  const hooked = modules.filter(isByName).map(({ file, module }) => ownRoot(file, module));
  const folders = [folderOf(script), ...inside.filter(isWorkspace), '', 'src'];
  return { folders: [...new Set([...folders, ...hooked.filter(isWorkspace)])] };
}

/** Whether the file is where its module's name says below some folder. */
const isByName = ({ file, module }: ImportedModule): boolean =>
  `/${file}`.replace(/(\/__init__)?\.py$/, '').endsWith(`/${module.replaceAll('.', '/')}`);

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
