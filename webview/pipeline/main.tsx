/** Entry of the Pipeline page. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { preparePage } from '../shared/page';
import { openPanel } from '../shared/panel';
import '../shared/shared.css';
import { App } from './app';
import { WorkerLayouter } from './layouter';
import { text } from './layoutWorker?worker';
import './pipeline.css';
import { onWish, PIPELINE_VIEW } from './view';

const root = preparePage();
const panel = openPanel({ view: PIPELINE_VIEW, onWish });
const layouter = new WorkerLayouter(text, (why) => {
  // The page goes on without; that the log cannot be written either changes nothing for it.
  panel.host.report(why).catch(() => undefined);
});
render(<App panel={panel} layouter={layouter} />, root);
