/** Entry of the Models page. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { preparePage } from '../shared/page';
import { openPanel } from '../shared/panel';
import '../shared/shared.css';
import { App } from './app';
import './models.css';
import { MODELS_VIEW } from './view';

const root = preparePage();
render(<App panel={openPanel({ view: MODELS_VIEW })} />, root);
