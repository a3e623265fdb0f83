/** What the editor does for pages: the clipboard, and files where the person wants them. */
import * as vscode from 'vscode';
import type { Sessions } from '../session/sessions';
import type { EditorPort } from './panelHost';

export function panelEditor(sessions: Pick<Sessions, 'all'>): EditorPort {
  return {
    copy: async (text) => vscode.env.clipboard.writeText(text),
    async save(name, bytes) {
      const [first] = sessions.all;
      const folder = first && vscode.Uri.file(first.folder.path);
      const defaultUri = folder ? vscode.Uri.joinPath(folder, name) : vscode.Uri.file(name);
      const ending = /\.(\w{1,8})$/.exec(name)?.[1];
      const target = await vscode.window.showSaveDialog({
        defaultUri,
        ...(ending === undefined ? {} : { filters: { [ending.toUpperCase()]: [ending] } }),
      });
      if (!target) return false;
      await vscode.workspace.fs.writeFile(target, bytes);
      return true;
    },
  };
}
