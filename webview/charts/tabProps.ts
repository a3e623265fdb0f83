/** What every tab of the Charts page is given. */
import type { Event } from '../../src/base/event';
import type { FilePlace } from '../../src/protocol/files';
import type { PanelStart } from '../../src/protocol/webview/panel';
import type { ChartPage } from '../shared/charts/chartPage';
import type { BookRun, ChartsPanel, RunBook } from './runBook';
import type { ChartsPageView } from './view';

export interface TabProps {
  readonly panel: ChartsPanel;
  readonly start: PanelStart;
  readonly view: ChartsPageView;
  readonly onView: (view: ChartsPageView) => void;
  readonly runs: readonly BookRun[];
  readonly book: RunBook;
  readonly charts: ChartPage;
  readonly onFetched: Event<Fetched>;
}

/** A file of another server is here, or was not brought: then why. */
export interface Fetched {
  readonly place: FilePlace;
  readonly problem: string | undefined;
}
