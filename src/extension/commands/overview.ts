/** One pick list that shows all that a run is given: each row can be changed, Enter on the first runs. */
import * as vscode from 'vscode';
import { t } from '../texts';

export interface OverviewRow {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  /** Whether it can be put back to what it was. */
  readonly isChanged: boolean;
}

export interface Overview {
  readonly title: string;
  readonly placeholder: string;
  /** What the first row says. */
  heading(): string;
  rows(): readonly OverviewRow[];
  /** Asks for another value; undefined goes back without a change. */
  change(key: string): Promise<void>;
  reset(key: string): void;
  /** Whether it can run as it stands; else Enter on the first row leads to what is missing. */
  problem(): { readonly key: string } | undefined;
}

interface Item extends vscode.QuickPickItem {
  /** Undefined is the row that runs. */
  readonly key?: string;
}
type Step = { readonly act: 'run' } | { readonly act: 'change' | 'reset'; readonly key: string };

const resetButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('discard'),
  tooltip: t('Put Back'),
});

/** Whether to run; false when the person gave up. */
export async function showOverview(overview: Overview): Promise<boolean> {
  let active: string | undefined;
  for (;;) {
    const step = await ask(overview, active);
    if (!step) return false;
    const missing = step.act === 'run' ? overview.problem() : undefined;
    if (step.act === 'run' && !missing) return true;
    if (step.act === 'reset') overview.reset(step.key);
    else await overview.change(step.act === 'change' ? step.key : (missing?.key ?? ''));
    // After the last missing value Enter runs at once.
    active = step.act === 'reset' ? step.key : undefined;
  }
}

function ask(overview: Overview, active: string | undefined): Promise<Step | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = overview.title;
  pick.placeholder = overview.placeholder;
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.items = itemsOf(overview);
  const held = pick.items.find(({ key }) => key !== undefined && key === active);
  if (held) pick.activeItems = [held];
  return new Promise((resolve) => {
    const done = (step: Step | undefined) => {
      resolve(step);
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const [item] = [...pick.selectedItems, ...pick.activeItems];
      if (!item) return;
      done(item.key === undefined ? { act: 'run' } : { act: 'change', key: item.key });
    });
    pick.onDidTriggerItemButton(({ item }) => {
      if (item.key !== undefined) done({ act: 'reset', key: item.key });
    });
    pick.onDidHide(() => done(undefined));
    pick.show();
  });
}

function itemsOf(overview: Overview): Item[] {
  const rows = overview.rows().map(
    (row): Item => ({
      key: row.key,
      label: `$(edit) ${row.label}`,
      description: row.description,
      ...(row.detail === undefined ? {} : { detail: row.detail }),
      ...(row.isChanged ? { buttons: [resetButton()] } : {}),
    }),
  );
  const run: Item = { label: `$(play) ${overview.heading()}`, alwaysShow: true };
  const separator = { label: t('Change'), kind: vscode.QuickPickItemKind.Separator };
  return rows.length === 0 ? [run] : [run, separator, ...rows];
}
