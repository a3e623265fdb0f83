/** Runs a step under the debugger of the Python Debugger extension. */
import * as net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { t } from '../texts';
import type { LaunchDesk } from './launcher';
import { nameOf, type RunTarget } from './targets';
import { checkTrust } from './trust';

export const DEBUGGER = 'ms-python.debugpy';

/** The worker imports the user's file first; that may take a while. */
const WAIT_MS = 60_000;

/** @param sdk folder of the package `runlens`, whose frames are left out of the call stack. */
export async function debug(target: RunTarget, desk: LaunchDesk, sdk: string): Promise<void> {
  if (!(await checkTrust(t('debug Python')))) return;
  if (!vscode.extensions.getExtension(DEBUGGER)) return offerDebugger();
  const debugPort = await freePort();
  const launchId = await desk.run(target, { debugPort, force: 'target', reach: 'only' });
  if (launchId === undefined) return;
  const location = vscode.ProgressLocation.Notification;
  const title = t('Debug {0}: waiting for the worker', nameOf(target));
  const isWaiting = await vscode.window.withProgress(
    { location, title, cancellable: true },
    (_progress, cancel) =>
      untilListening(debugPort, () => cancel.isCancellationRequested || desk.isOver(launchId)),
  );
  if (isWaiting) await attach(target, debugPort, sdk);
  else if (!desk.isOver(launchId)) {
    await target.session.call('POST /api/launches/:launchId/cancel', { launchId });
  }
}

async function attach(target: RunTarget, port: number, sdk: string): Promise<void> {
  const { path } = target.session.folder;
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path)), {
    type: 'debugpy',
    request: 'attach',
    name: `Runlens: ${nameOf(target)}`,
    connect: { host: '127.0.0.1', port },
    justMyCode: true,
    rules: [{ path: `${sdk}/**`, include: false }],
  });
}

async function offerDebugger(): Promise<void> {
  const choice = await vscode.window.showInformationMessage(
    t('Debugging a step needs the Python Debugger extension.'),
    t('Show Extension'),
  );
  if (choice) await vscode.commands.executeCommand('extension.open', DEBUGGER);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = new net.Server();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Asks whether the port is taken: a connection would count as the debugger's and end the session. */
async function untilListening(port: number, isOver: () => boolean): Promise<boolean> {
  for (const until = Date.now() + WAIT_MS; Date.now() < until && !isOver(); ) {
    if (await isTaken(port)) return true;
    await delay(200);
  }
  return false;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = new net.Server();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}
