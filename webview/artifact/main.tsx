/** Entry of the Artifact page: joins the panel, what it tells of fetched files, and the components. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { Emitter } from '../../src/base/event';
import type { ArtifactHost, ArtifactLocal } from '../../src/protocol/webview/artifact';
import type { PanelPage } from '../../src/protocol/webview/panel';
import { Changes } from '../shared/changes';
import { preparePage } from '../shared/page';
import { openPanel } from '../shared/panel';
import { Toaster } from '../shared/ui/toast';
import { App } from './app';
import type { Fetched } from './page';
import { type ArtifactView, KEPT, onWish } from './view';
import '../shared/shared.css';
import './artifact.css';

const root = preparePage();
const fetched = new Emitter<Fetched>();
const panel = openPanel<ArtifactView, ArtifactHost, PanelPage & ArtifactLocal>({
  view: KEPT,
  onWish,
  local: { fetched: async (place, problem) => fetched.fire({ place, problem }) },
});
const toaster = new Toaster();
const changes = new Changes(panel.host, toaster);
render(<App page={{ panel, changes, toaster, onFetched: fetched.event }} />, root);
