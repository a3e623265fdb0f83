/** Entry of the Run page. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { preparePage } from '../shared/page';
import { openPanel } from '../shared/panel';
import '../shared/shared.css';
import { App } from './app';
import './run.css';
import { RUN_VIEW } from './view';

const root = preparePage();
render(<App panel={openPanel({ view: RUN_VIEW })} />, root);
