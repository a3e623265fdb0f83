/**
 * An HTML report with its scripts running, in a panel of its own: nothing listens to it, it reads no
 * file, and it reaches no network. It is not brought back after a reload.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { reportHtml } from '../panels/reportHtml';
import { tabTitle } from '../panels/surfaces';
import { t } from '../texts';

/** Larger ones would be copied whole into the editor's page. */
const MOST_BYTES = 64 * 1024 * 1024;
export const REPORT_PANEL = 'runlens.report';

export class ReportPanels {
  private readonly open = new Map<string, vscode.WebviewPanel>();

  /** @param file absolute path of an HTML file. @throws RunlensError `report.large` */
  async show(file: string): Promise<void> {
    const held = this.open.get(file);
    if (held) return held.reveal();
    const { size } = await fs.stat(file);
    if (size > MOST_BYTES) {
      throw new RunlensError(
        'report.large',
        t(
          '{0} has {1} bytes, too many for a panel. Open it in a browser.',
          path.basename(file),
          size,
        ),
      );
    }
    const html = await fs.readFile(file, 'utf8');
    const title = tabTitle(path.basename(file));
    const panel = vscode.window.createWebviewPanel(REPORT_PANEL, title, vscode.ViewColumn.Active, {
      enableScripts: true,
      enableCommandUris: false,
      enableForms: false,
      localResourceRoots: [],
    });
    this.open.set(file, panel);
    panel.onDidDispose(() => this.open.delete(file));
    panel.webview.html = reportHtml(html);
  }
}
