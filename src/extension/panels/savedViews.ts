/** Saved views of the Runs page: files in `<root>/.runlens/views`, which people edit, pull and commit. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../../base/errors';
import {
  type NamedView,
  readView,
  readViewFile,
  viewFileName,
  writeViewFile,
} from '../../domain/runsView';
import type { ViewList } from '../../protocol/webview/views';

/** More and larger ones are no views that a person saved. */
const MOST_FILES = 500;
const MOST_BYTES = 1024 * 1024;

export class SavedViews {
  /** @param data the folder `.runlens`. */
  constructor(private readonly data: string) {}

  private get folder(): string {
    return path.join(this.data, 'views');
  }

  /** Read anew each time. A file that is no view is a problem of the list, not of the page. */
  async list(): Promise<ViewList> {
    const views: NamedView[] = [];
    const problems: { file: string; message: string }[] = [];
    for (const file of await this.files()) {
      try {
        views.push(await readFile(path.join(this.folder, file)));
      } catch (error) {
        problems.push({ file: `.runlens/views/${file}`, message: messageOf(error) });
      }
    }
    return { views: views.sort((a, b) => a.name.localeCompare(b.name)), problems };
  }

  /**
   * Over a view of the same name, in the file that has it: a person may have named the file. Written
   * beside its place and renamed, so that what is there is whole.
   * @throws RunlensError `view.*`
   */
  async save(raw: { readonly name: unknown; readonly view: unknown }): Promise<void> {
    const view = { name: String(raw.name), view: readView(raw.view) };
    const text = writeViewFile(view);
    const file = (await this.fileOf(view.name)) ?? viewFileName(view.name);
    const target = path.join(this.folder, file);
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      await fs.mkdir(this.folder, { recursive: true });
      await fs.writeFile(temporary, text);
      await fs.rename(temporary, target);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw new RunlensError(
        'view.unwritable',
        `The view could not be written to ${target}: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }

  async remove(name: string): Promise<void> {
    const file = await this.fileOf(name);
    if (file !== undefined) await fs.rm(path.join(this.folder, file), { force: true });
  }

  private async fileOf(name: string): Promise<string | undefined> {
    const wanted = plain(name);
    for (const file of await this.files()) {
      const view = await readFile(path.join(this.folder, file)).catch(() => undefined);
      if (view && plain(view.name) === wanted) return file;
    }
    return undefined;
  }

  private async files(): Promise<readonly string[]> {
    try {
      const names = await fs.readdir(this.folder);
      return names
        .filter((name) => name.endsWith('.json'))
        .sort()
        .slice(0, MOST_FILES);
    } catch (error) {
      if (isRecordWithCode(error) && error.code === 'ENOENT') return [];
      throw error;
    }
  }
}

const plain = (name: string): string => name.trim().normalize('NFC').toLowerCase();

async function readFile(file: string): Promise<NamedView> {
  const { size } = await fs.stat(file);
  if (size > MOST_BYTES) {
    throw new RunlensError('view.invalid', `The view cannot be read: it has ${size} bytes.`);
  }
  return readViewFile(await fs.readFile(file, 'utf8'));
}

const isRecordWithCode = (error: unknown): error is { readonly code: unknown } =>
  typeof error === 'object' && error !== null && 'code' in error;
