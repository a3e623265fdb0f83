/** Entry of the page of runs: joins the panel, the model and the components. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import type { PanelPage } from '../../src/protocol/webview/panel';
import type { RunsHost } from '../../src/protocol/webview/views';
import { preparePage } from '../shared/page';
import { openPanel } from '../shared/panel';
import { Toaster } from '../shared/ui/toast';
import { App } from './app';
import { RunsModel } from './model';
import { onWish, PAGE_VIEW, type PageView } from './pageView';
import '../shared/shared.css';
import './runs.css';

const root = preparePage();
const panel = openPanel<PageView, RunsHost, PanelPage>({ view: PAGE_VIEW, onWish });
render(<App model={new RunsModel(panel)} toaster={new Toaster()} />, root);
