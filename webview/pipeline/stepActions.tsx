/** What can be done with a step; what cannot says why. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { isStepDone } from '../../src/domain/pipeline';
import type { StepRow } from '../../src/protocol/rows';
import type { PageCommand, PanelPlace } from '../../src/protocol/webview/panel';
import { t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import { MenuButton } from '../shared/ui/menu';

export interface StepActionsProps {
  readonly row: StepRow;
  readonly place: PanelPlace | undefined;
  readonly run: (command: PageCommand) => void;
}

export function StepActions({ row, place, run }: StepActionsProps) {
  const why = whyNot(place);
  const isRunning = !isStepDone(row.status);
  const act = (command: PageCommand) => () => run(command);
  const blocked = why === undefined ? {} : { disabled: why };
  return (
    <div class="pl-actions" role="toolbar" aria-label={t('Actions')}>
      {isRunning ? (
        <Button disabled={why !== undefined} title={why ?? ''} onClick={act('runlens.stopStep')}>
          {t('Stop')}
        </Button>
      ) : (
        <Button
          look="primary"
          disabled={why !== undefined}
          title={why ?? ''}
          onClick={act('runlens.runStep')}
        >
          {t('Run')}
        </Button>
      )}
      <Button disabled={why !== undefined} title={why ?? ''} onClick={act('runlens.debugStep')}>
        {t('Debug')}
      </Button>
      <Button onClick={act('runlens.goToSource')}>{t('Go to Source')}</Button>
      <MenuButton
        icon="more"
        name={t('More Actions')}
        entries={() => [
          { label: t('Run From Here'), onSelect: act('runlens.runFromStep'), ...blocked },
          { label: t('Run Up To Here'), onSelect: act('runlens.runUpToStep'), ...blocked },
          { label: t('Replay…'), onSelect: act('runlens.replayRun'), ...blocked },
          'separator',
          { label: t('Open Log'), onSelect: act('runlens.openLog') },
          { label: t('Show Reason'), onSelect: act('runlens.showReason') },
        ]}
      />
    </div>
  );
}

function whyNot(place: PanelPlace | undefined): string | undefined {
  if (place?.canRun) return undefined;
  if (place?.source !== undefined) return t('Runs of another place can only be looked at');
  return t('Code runs in trusted workspaces only');
}
