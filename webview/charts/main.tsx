/** Entry of the Charts page: joins the panel and the components. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { Emitter } from '../../src/base/event';
import type { ArtifactHost, ArtifactLocal } from '../../src/protocol/webview/artifact';
import type { PanelPage } from '../../src/protocol/webview/panel';
import { preparePage } from '../shared/page';
import { openPanel } from '../shared/panel';
import '../shared/shared.css';
import { App } from './app';
import type { Fetched } from './tabProps';
import './charts.css';
import { type ChartsPageView, KEPT_VIEW } from './view';

const root = preparePage();
const fetched = new Emitter<Fetched>();
const panel = openPanel<ChartsPageView, ArtifactHost, PanelPage & ArtifactLocal>({
  view: KEPT_VIEW,
  local: {
    fetched: async (place, problem) => fetched.fire({ place, problem }),
  },
});
render(<App panel={panel} onFetched={fetched.event} />, root);
