/** One registered model: its description, versions, comparison, metrics over its versions. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { assertNever } from '../../src/base/assertNever';
import type { ModelRow, OverTime } from '../../src/protocol/models';
import { Description } from '../shared/markdown/editor';
import { dateText, t } from '../shared/texts';
import { touchesOverTime, touchesValues } from '../shared/touches';
import { Tabs } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { type Query, useQuery } from '../shared/useQuery';
import { describe } from './acts';
import { Compare } from './compare';
import { Over } from './over';
import { type ModelsPage, openLink, touchesModel } from './page';
import { TagList } from './tagList';
import { Version } from './version';
import { Versions } from './versions';

export interface ModelProps {
  readonly page: ModelsPage;
  readonly name: string;
  /** The one that was asked for; undefined: the newest. */
  readonly version: string | undefined;
}

export function Model({ page, name, version }: ModelProps) {
  const model = useQuery(page.panel, {
    route: 'GET /api/models/:name',
    request: { name },
    touches: (event, value) =>
      touchesModel(event, name) || touchesValues(event, value?.latest?.runId),
  });
  const overTime = useQuery(page.panel, {
    route: 'GET /api/models/:name/over-time',
    request: { name },
    touches: (event, value) => touchesModel(event, name) || touchesOverTime(event, value),
  });
  if (!model.value) {
    return (
      <div class="models-detail">
        {model.problem === undefined ? (
          <Loading name={t('Reading {0}', name)} />
        ) : (
          <Problem message={model.problem} onRetry={model.again} />
        )}
      </div>
    );
  }
  const chosen = version ?? model.value.latest?.version;
  return (
    <div class="models-detail">
      {model.problem !== undefined && (
        <Problem isBar message={model.problem} onRetry={model.again} />
      )}
      <Head page={page} model={model.value} />
      <Tabs
        name={t('Parts of the model')}
        tabs={[
          { id: 'versions' as const, label: t('Versions'), count: model.value.versions },
          { id: 'compare' as const, label: t('Compare') },
          { id: 'over-time' as const, label: t('Over Time') },
        ]}
        active={page.view.tab}
        onChange={(tab) => page.setView({ tab })}
      >
        <div class="models-tab">
          <Tab page={page} model={model.value} chosen={chosen} overTime={overTime} />
        </div>
      </Tabs>
    </div>
  );
}

interface TabProps {
  readonly page: ModelsPage;
  readonly model: ModelRow;
  readonly chosen: string | undefined;
  readonly overTime: Query<OverTime>;
}

function Tab({ page, model, chosen, overTime }: TabProps) {
  const { tab } = page.view;
  switch (tab) {
    case 'versions':
      return (
        <>
          <Versions page={page} model={model} chosen={chosen} overTime={overTime.value} />
          {chosen !== undefined && (
            <Version key={chosen} page={page} model={model} version={chosen} />
          )}
        </>
      );
    case 'compare':
      return <Compare page={page} model={model} chosen={chosen} overTime={overTime.value} />;
    case 'over-time':
      return <Over page={page} name={model.name} overTime={overTime} />;
    default:
      return assertNever(tab);
  }
}

function Head({ page, model }: { readonly page: ModelsPage; readonly model: ModelRow }) {
  const { place, view, setView } = page;
  const { name, description, tags, updated } = model;
  const { draft } = view;
  const own = draft?.model === name && draft.version === undefined ? draft : undefined;
  return (
    <header class="models-head">
      <h1 dir="auto">{name}</h1>
      <p class="rl-faint">{t('Changed {0}', dateText(updated))}</p>
      <TagList page={page} name={name} version={undefined} tags={tags} />
      <Description
        name={t('Description')}
        text={description}
        canEdit={place.canWrite}
        draft={own}
        onDraft={(next) => setView({ draft: next && { ...next, model: name, version: undefined } })}
        onSave={(text) => describe(page, { name, version: undefined, before: description }, text)}
        onOpen={(link) => void openLink(link, page)}
      />
    </header>
  );
}
