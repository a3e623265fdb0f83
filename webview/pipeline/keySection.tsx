/** Why a step ran or did not: the parts of its cache key beside the earlier ones, what changed first. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { Reason } from '../../src/domain/pipeline';
import type { Explanation } from '../../src/protocol/control';
import type { StepRow } from '../../src/protocol/rows';
import type { PageCommand, PageTarget } from '../../src/protocol/webview/panel';
import type { Panel } from '../shared/panel';
import { countText, t } from '../shared/texts';
import { Icon, type IconName } from '../shared/ui/icon';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { type KeyPart, keyParts, type PartState } from './keyParts';
import { Section } from './section';
import type { PipelineView } from './view';

export interface KeySectionProps {
  readonly panel: Panel<PipelineView>;
  readonly row: StepRow;
  readonly run: (command: PageCommand, target: PageTarget) => void;
}

export function KeySection({ panel, row, run }: KeySectionProps) {
  const explained = useQuery(panel, {
    route: 'GET /api/steps/:id/explain',
    request: { id: row.id },
    touches: (event) => event.type === 'step' && event.step.id === row.id,
  });
  const { value, problem } = explained;
  return (
    <Section title={t('Cache Key')} note={value && noteOf(value)}>
      {problem !== undefined && <Problem isBar message={problem} onRetry={explained.again} />}
      {!value && problem === undefined && <Loading name={t('Reading the cache key')} lines={3} />}
      {value && <Reasons reasons={ownReasons(value)} />}
      {value && <Parts explanation={value} stepId={row.stepId} run={run} />}
      {value && <NotTracked texts={value.fingerprint?.notTracked ?? []} />}
    </Section>
  );
}

function noteOf({ fingerprint, previous }: Explanation): string {
  if (!fingerprint) return t('not decided yet');
  return previous ? t('against the run before') : t('no earlier run to compare with');
}

/** Those that no part of the key below says. */
function ownReasons(explanation: Explanation): readonly Reason[] {
  const different = new Set(
    keyParts(explanation)
      .filter(({ state }) => state !== 'same')
      .map(({ component }) => component),
  );
  return explanation.reasons.filter(
    ({ component }) => component === undefined || !different.has(component),
  );
}

function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul class="pl-reasons">
      {reasons.map(({ text }, i) => (
        <li key={i}>
          <bdi dir="auto">{text}</bdi>
        </li>
      ))}
    </ul>
  );
}

const SIGNS: Readonly<Record<PartState, { icon: IconName; look: string }>> = {
  changed: { icon: 'refresh', look: 'warn' },
  added: { icon: 'plus', look: 'warn' },
  removed: { icon: 'minus', look: 'warn' },
  same: { icon: 'check', look: 'faint' },
};

function Parts(props: {
  readonly explanation: Explanation;
  readonly stepId: string;
  readonly run: KeySectionProps['run'];
}) {
  const [isWhole, setWhole] = useState(false);
  const parts = keyParts(props.explanation);
  const different = parts.filter(({ state }) => state !== 'same');
  const same = parts.length - different.length;
  const shown = isWhole ? parts : different;
  const diff = ({ component, texts }: KeyPart) => {
    if (!texts) return;
    const title = `${props.stepId}: ${component}`;
    props.run('runlens.compareTexts', {
      texts: { title, left: texts.before, right: texts.after },
    });
  };
  return (
    <>
      <ul class="pl-parts">
        {shown.map((part) => (
          <Part key={part.component} part={part} onDiff={() => diff(part)} />
        ))}
      </ul>
      {same > 0 && (
        <button
          type="button"
          class="rl-link"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole
            ? t('Hide what is the same')
            : t('Show {0} more that are the same', countText(same))}
        </button>
      )}
    </>
  );
}

function Part({ part, onDiff }: { readonly part: KeyPart; readonly onDiff: () => void }) {
  const { icon, look } = SIGNS[part.state];
  return (
    <li>
      <span class={`rl-${look}`} title={stateName(part.state)}>
        <Icon name={icon} label={stateName(part.state)} />
      </span>
      <span class="pl-part-text">
        <span class="rl-faint">{part.kind}</span>{' '}
        {part.name !== part.kind && <bdi dir="auto">{part.name}</bdi>} <PartValues part={part} />
      </span>
      {part.texts && (
        <button type="button" class="rl-link" onClick={onDiff}>
          {t('Show Changes')}
        </button>
      )}
    </li>
  );
}

function stateName(state: PartState): string {
  switch (state) {
    case 'changed':
      return t('changed');
    case 'added':
      return t('added');
    case 'removed':
      return t('removed');
    case 'same':
      return t('the same');
  }
}

function PartValues({ part: { state, before, after, texts } }: { readonly part: KeyPart }) {
  // Of source, only digests could be shown here; its changes are a click away.
  if (texts) return null;
  // What is shown of two may be equal where they are not: a function is shown by its name.
  if (state === 'same' || before === undefined || after === undefined || before === after) {
    return (
      <bdi class="pl-value" dir="auto">
        {after ?? before ?? ''}
      </bdi>
    );
  }
  return (
    <span>
      <bdi class="pl-value" dir="auto">
        {before}
      </bdi>{' '}
      →{' '}
      <bdi class="pl-value" dir="auto">
        {after}
      </bdi>
    </span>
  );
}

function NotTracked({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <details class="pl-not-tracked">
      <summary>{t('Not tracked ({0})', countText(texts.length))}</summary>
      <ul>
        {texts.map((text, i) => (
          <li key={i}>
            <bdi dir="auto">{text}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}
