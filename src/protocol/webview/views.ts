/** What the page of runs may ask besides what every page may: views that are kept as files. */
import type { NamedView } from '../../domain/runsView';
import type { PanelHost } from './panel';

/**
 * Views are files in `<root>/.runlens/views/*.json`, which git keeps. A source has no folder of its
 * own: its views are kept with the folder that shows it.
 */
export interface RunsHost extends PanelHost {
  /** Read anew each time, since people edit, pull and remove the files. By name. */
  listViews(): Promise<ViewList>;
  /** Over a view of the same name (whatever its case). Rejects when it cannot be written. */
  saveView(view: NamedView): Promise<void>;
  /** Does nothing when there is none of that name. */
  deleteView(name: string): Promise<void>;
}

export interface ViewList {
  readonly views: readonly NamedView[];
  /** Files that cannot be read as views, with what is wrong. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}
