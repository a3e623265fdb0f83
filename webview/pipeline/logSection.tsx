/** The end of a step's log. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { StepRow } from '../../src/protocol/rows';
import { LogView } from '../shared/logs/logView';
import type { Panel } from '../shared/panel';
import { t } from '../shared/texts';
import { Section } from './section';
import type { PipelineView } from './view';

export interface LogSectionProps {
  readonly panel: Panel<PipelineView>;
  readonly row: StepRow;
  readonly onOpen: () => void;
}

export const LogSection = ({ panel, row, onOpen }: LogSectionProps) => (
  <Section title={t('Log')}>
    <LogView
      key={row.id}
      panel={panel}
      stepRunId={row.id}
      emptyText={(isEnded) => emptyText(row, isEnded)}
      onOpen={onOpen}
      onCopy={(text) => panel.host.copy(text)}
    />
  </Section>
);

function emptyText({ status }: StepRow, isEnded: boolean): string {
  if (status === 'cached') return t('It did not run: its result was used as it was.');
  return isEnded ? t('It wrote nothing.') : t('It has written nothing yet.');
}
