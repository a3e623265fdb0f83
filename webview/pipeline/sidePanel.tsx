/** All of a selected step: what it took and made, why it ran, its error, its log, and what can be done. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';
import type { Json } from '../../src/base/json';
import { formatBytes } from '../../src/domain/display';
import type { StepInput } from '../../src/domain/pipeline';
import type { StepFacts } from '../../src/protocol/control';
import type { ArtifactRow, StepRow } from '../../src/protocol/rows';
import type { PageCommand, PageTarget } from '../../src/protocol/webview/panel';
import type { StepProgress } from '../../src/protocol/worker';
import type { Panel } from '../shared/panel';
import { t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { KeySection } from './keySection';
import { LogSection } from './logSection';
import { Fact, Section } from './section';
import { StepActions } from './stepActions';
import { StateLine } from './stepLine';
import type { PipelineView } from './view';

export interface SidePanelProps {
  readonly panel: Panel<PipelineView>;
  readonly pipeline: string;
  readonly pipelineRunId: string;
  readonly stepId: string;
  /** Undefined: the run left it out, or was not read yet. */
  readonly row: StepRow | undefined;
  readonly isRead: boolean;
  readonly progress: StepProgress | undefined;
  readonly run: (command: PageCommand, target: PageTarget) => void;
  /** It covers what it was opened from, so it takes the focus. */
  readonly isAlone: boolean;
  readonly onClose: () => void;
}

/** To be keyed by the step's run. */
export function SidePanel(props: SidePanelProps) {
  const { stepId, row, progress, onClose } = props;
  const header = useRef<HTMLElement>(null);
  useEffect(() => {
    if (props.isAlone) header.current?.querySelector('button')?.focus();
  }, [props.isAlone]);
  return (
    <section
      class="pl-side"
      aria-label={t('Step {0}', stepId)}
      onKeyDown={(event) => {
        // A field that is cleared by it, or a menu, has its own use of it.
        if (event.key === 'Escape' && isPlain(event.target)) onClose();
      }}
    >
      <header ref={header}>
        <h2>
          <bdi dir="auto">{stepId}</bdi>
        </h2>
        <IconButton icon="close" name={t('Close')} onClick={onClose} />
      </header>
      {!row && !props.isRead && <Loading name={t('Reading the step')} />}
      {(row || props.isRead) && (
        <p class="pl-side-state">
          <StateLine row={row} progress={progress} />
          {row && (
            <SourceLink
              row={row}
              onOpen={() => props.run('runlens.goToSource', targetOf(props, row))}
            />
          )}
        </p>
      )}
      {row && <StepDetails {...props} row={row} />}
      {!row && props.isRead && (
        <p class="rl-faint">{t('This run did not ask for the step. Choose another run.')}</p>
      )}
    </section>
  );
}

/** `train.py:31` */
function SourceLink({ row, onOpen }: { readonly row: StepRow; readonly onOpen: () => void }) {
  const { file, line } = row.source;
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return (
    <button type="button" class="rl-link" title={`${t('Go to Source')}\n${file}`} onClick={onOpen}>
      <bdi dir="auto">{`${name}:${line}`}</bdi>
    </button>
  );
}

const isPlain = (target: EventTarget | null): boolean =>
  target instanceof Element && !target.closest('.pl-section input, vscode-text-field, [popover]');

/** Of an input an event may tell that it was deleted, or is back. */
const isInput = (facts: StepFacts | undefined, artifactId: string): boolean =>
  Object.values(facts?.inputs ?? {}).some(({ id }) => id === artifactId);

function StepDetails(props: SidePanelProps & { readonly row: StepRow }) {
  const { panel, row, run } = props;
  const facts = useQuery(panel, {
    route: 'GET /api/steps/:id',
    request: { id: row.id },
    touches: (event, held) =>
      (event.type === 'step' && event.step.id === row.id) ||
      (event.type === 'artifact' && isInput(held, event.artifact.id)),
  });
  const target = targetOf(props, row);
  return (
    <>
      <StepActions
        row={row}
        place={panel.state.start?.place}
        run={(command) => run(command, target)}
      />
      {row.error && <ErrorSection row={row} run={run} target={target} />}
      {facts.problem !== undefined && (
        <Problem isBar message={facts.problem} onRetry={facts.again} />
      )}
      {!facts.value && facts.problem === undefined && <Loading name={t('Reading the step')} />}
      {facts.value && <FactSections facts={facts.value} row={row} run={run} />}
      <KeySection panel={panel} row={row} run={run} />
      <LogSection panel={panel} row={row} onOpen={() => run('runlens.openLog', target)} />
      {facts.value && <MetadataSection metadata={facts.value.metadata} tags={facts.value.tags} />}
    </>
  );
}

const targetOf = ({ pipeline, pipelineRunId }: SidePanelProps, row: StepRow): PageTarget => ({
  pipeline,
  pipelineRunId,
  stepRunId: row.id,
});

function ErrorSection({
  row,
  run,
  target,
}: {
  readonly row: StepRow;
  readonly run: SidePanelProps['run'];
  readonly target: PageTarget;
}) {
  const { error } = row;
  if (!error) return null;
  return (
    <Section title={t('Error')}>
      <p class="pl-error rl-bad">
        <bdi dir="auto">
          {error.type}: {error.message}
        </bdi>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      {/* biome-ignore lint/a11y/useSemanticElements: a section keeps no line breaks */}
      <pre class="pl-code" role="region" aria-label={t('Traceback')} tabIndex={0} dir="ltr">
        {error.traceback}
      </pre>
      <button type="button" class="rl-link" onClick={() => run('runlens.showTraceback', target)}>
        {t('Open Traceback')}
      </button>
    </Section>
  );
}

function FactSections({
  facts,
  row,
  run,
}: {
  readonly facts: StepFacts;
  readonly row: StepRow;
  readonly run: SidePanelProps['run'];
}) {
  const inputs = Object.entries(facts.config.inputs);
  const parameters = inputs.filter(([, input]) => input.kind === 'parameter');
  const others = inputs.filter(([, input]) => input.kind !== 'parameter');
  const taken = (name: string) =>
    Object.hasOwn(facts.inputs, name) ? facts.inputs[name] : undefined;
  const open = (artifactId: string) => run('runlens.openArtifact', { artifactId });
  return (
    <>
      {others.length > 0 && (
        <Section title={t('Inputs')}>
          <ul class="pl-facts">
            {others.map(([name, input]) => (
              <Fact key={name} name={name}>
                <InputValue input={input} artifact={taken(name)} onOpen={open} />
              </Fact>
            ))}
          </ul>
        </Section>
      )}
      {parameters.length > 0 && (
        <Section title={t('Parameters')}>
          <ul class="pl-facts">
            {parameters.map(([name, input]) => (
              <Fact key={name} name={name}>
                <InputValue input={input} artifact={undefined} onOpen={open} />
              </Fact>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t('Outputs')}>
        {row.outputs.length === 0 && <p class="rl-faint">{t('none')}</p>}
        <ul class="pl-facts">
          {row.outputs.map(({ name, artifact }) => (
            <Fact key={name} name={name}>
              <ArtifactLink artifact={artifact} onOpen={open} />
            </Fact>
          ))}
        </ul>
      </Section>
    </>
  );
}

function ArtifactLink({
  artifact,
  onOpen,
}: {
  readonly artifact: ArtifactRow;
  readonly onOpen: (artifactId: string) => void;
}) {
  const type = artifact.type.slice(artifact.type.lastIndexOf('.') + 1);
  return (
    <>
      <button type="button" class="rl-link" onClick={() => onOpen(artifact.id)}>
        <bdi dir="auto">{`${artifact.name} v${artifact.version}`}</bdi>
      </button>{' '}
      <span class="rl-faint">
        <bdi dir="auto">{type}</bdi> · {formatBytes(artifact.size)}
        {artifact.deletedAt !== undefined && <> · {t('deleted')}</>}
      </span>
    </>
  );
}

function InputValue(props: {
  readonly input: StepInput;
  readonly artifact: ArtifactRow | undefined;
  readonly onOpen: (artifactId: string) => void;
}) {
  const { input, artifact } = props;
  if (artifact) return <ArtifactLink artifact={artifact} onOpen={props.onOpen} />;
  return <bdi dir="auto">{inputText(input)}</bdi>;
}

function inputText(input: StepInput): string {
  switch (input.kind) {
    case 'parameter':
      return shortJson(input.value, input.text) + (input.isDefault ? ` (${t('default')})` : '');
    case 'path':
      return input.path;
    case 'step':
      return `${input.stepId} → ${input.output}`;
    case 'item':
      return `${input.stepId} → ${input.output}[${input.index}]`;
    case 'steps':
      return input.items.map(({ stepId, output }) => `${stepId} → ${output}`).join(', ');
    case 'artifact':
      return input.artifactVersionId;
    case 'stored':
      return input.artifactVersionIds.join(', ');
  }
}

const LONGEST = 500;

/** As Python prints it where that is known. */
function shortJson(value: Json, text?: string): string {
  const whole = text ?? JSON.stringify(value);
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
}

function MetadataSection({
  metadata,
  tags,
}: {
  readonly metadata: StepFacts['metadata'];
  readonly tags: readonly string[];
}) {
  const entries = Object.entries(metadata);
  if (entries.length === 0 && tags.length === 0) return null;
  return (
    <Section title={t('Metadata')}>
      <ul class="pl-facts">
        {tags.length > 0 && (
          <Fact name={t('tags')}>
            <bdi dir="auto">{tags.join(', ')}</bdi>
          </Fact>
        )}
        {entries.map(([key, value]) => (
          <Fact key={key} name={key}>
            <bdi dir="auto">{typeof value === 'string' ? value : shortJson(value)}</bdi>
          </Fact>
        ))}
      </ul>
    </Section>
  );
}
