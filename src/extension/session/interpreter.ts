/** Which Python runs a folder's steps: the setting, then the Python extensions, then our own search. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import { isRecord } from '../../base/json';
import { readSettings } from '../settings';
import { t } from '../texts';

export interface Interpreter {
  readonly path: string;
  /** `3.12.4` */
  readonly version: string;
  /** Where it comes from, for people. */
  readonly source: string;
}

/** Looking at interpreters; starts processes, so that it lives in `client/`. */
export interface PythonSearch {
  /** Undefined when it does not run or is too old. */
  probe(path: string): Promise<{ readonly version: string } | undefined>;
  /** The folder's virtual environment, an active one, or the one on the PATH. */
  search(folder: string): Promise<Interpreter | undefined>;
}

type Candidate = { readonly path: string; readonly source: string };

const ENVS = 'ms-python.vscode-python-envs';
const PYTHON = 'ms-python.python';

export class Interpreters implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<void>());
  /** The choice may differ from now on. */
  readonly onDidChange = this.changed.event;
  private readonly held = new Map<string, Promise<Interpreter | undefined>>();

  constructor(
    private readonly search: PythonSearch,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        const keys = ['runlens.interpreter', 'python.defaultInterpreterPath'];
        if (keys.some((key) => event.affectsConfiguration(key))) this.invalidate();
      }),
    );
    this.store.add(vscode.extensions.onDidChange(() => this.invalidate()));
  }

  /** The interpreter of a folder; looked for once until something changes. */
  of(folder: string): Promise<Interpreter | undefined> {
    const held = this.held.get(folder);
    if (held) return held;
    const found = this.find(folder);
    this.held.set(folder, found);
    return found;
  }

  invalidate(): void {
    this.held.clear();
    this.changed.fire();
  }

  dispose(): void {
    this.store.dispose();
  }

  private async find(folder: string): Promise<Interpreter | undefined> {
    const uri = vscode.Uri.file(folder);
    const { interpreter: chosen } = readSettings(uri);
    if (chosen !== '') return this.setting(uri, chosen);
    for (const ask of [
      () => this.fromEnvs(uri),
      () => this.fromPython(uri),
      () => configured(uri),
    ]) {
      const candidate = await this.attempt(ask);
      const interpreter = candidate && (await this.check(candidate));
      if (interpreter) return interpreter;
    }
    return this.search.search(folder);
  }

  /** A chosen interpreter that does not run is not silently replaced. */
  private async setting(uri: vscode.Uri, path: string): Promise<Interpreter | undefined> {
    const resolved = path.replace(/^\$\{workspaceFolder\}/, uri.fsPath);
    return this.check({ path: resolved, source: t('setting {0}', 'runlens.interpreter') });
  }

  private async check({ path, source }: Candidate): Promise<Interpreter | undefined> {
    const info = await this.search.probe(path);
    if (!info) this.log.warn(`Not a usable Python ≥ 3.10: ${path} (${source})`);
    return info && { path, source, version: info.version };
  }

  /** Another extension's failure must not stop ours. */
  private async attempt(ask: () => Promise<Candidate | undefined>): Promise<Candidate | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.log.warn(`A Python extension could not be asked: ${String(error)}`);
      return undefined;
    }
  }

  private async fromEnvs(uri: vscode.Uri): Promise<Candidate | undefined> {
    const api = await exportsOf(ENVS);
    this.listen(ENVS, api, 'onDidChangeEnvironment');
    const environment = await callIfThere(api, 'getEnvironment', uri);
    const run = pick(pick(environment, 'execInfo'), 'run');
    const path = pick(run, 'executable');
    return typeof path === 'string'
      ? { path, source: t('Python Environments extension') }
      : undefined;
  }

  private async fromPython(uri: vscode.Uri): Promise<Candidate | undefined> {
    const api = pick(await exportsOf(PYTHON), 'environments');
    this.listen(PYTHON, api, 'onDidChangeActiveEnvironmentPath');
    const active = await callIfThere(api, 'getActiveEnvironmentPath', uri);
    // The path may be a folder or stale: only the resolved one is an executable.
    const resolved = await callIfThere(api, 'resolveEnvironment', active);
    const file = pick(pick(resolved, 'executable'), 'uri');
    const path = pick(file, 'fsPath');
    return typeof path === 'string' ? { path, source: t('Python extension') } : undefined;
  }

  private readonly heard = new Set<string>();

  /** Follows a choice made in the Python extension. */
  private listen(id: string, api: unknown, event: string): void {
    const subscribe = pick(api, event);
    if (typeof subscribe !== 'function' || this.heard.has(id)) return;
    this.heard.add(id);
    const subscription: unknown = subscribe(() => this.invalidate());
    const dispose = pick(subscription, 'dispose');
    if (typeof dispose === 'function')
      this.store.add({ dispose: () => dispose.call(subscription) });
  }
}

async function configured(uri: vscode.Uri): Promise<Candidate | undefined> {
  const configuration = vscode.workspace.getConfiguration('python', uri);
  const path = configuration.get<string>('defaultInterpreterPath', '');
  // `python` is that setting's own default and says nothing.
  if (path === '' || path === 'python') return undefined;
  const resolved = path.replace(/^\$\{workspaceFolder\}/, uri.fsPath);
  return { path: resolved, source: t('setting {0}', 'python.defaultInterpreterPath') };
}

async function exportsOf(id: string): Promise<unknown> {
  const extension = vscode.extensions.getExtension<unknown>(id);
  return extension && (extension.isActive ? extension.exports : await extension.activate());
}

const pick = (value: unknown, key: string): unknown =>
  isRecord(value) || typeof value === 'function' ? Reflect.get(value, key) : undefined;

async function callIfThere(api: unknown, method: string, argument: unknown): Promise<unknown> {
  const found = pick(api, method);
  return typeof found === 'function' && argument !== undefined
    ? found.call(api, argument)
    : undefined;
}
