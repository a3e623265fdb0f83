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
    <>
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
            {t('Run Step')}
          </Button>
        )}
        {!isRunning && (
          <Button
            disabled={why !== undefined}
            title={why ?? t('This step and all that needs it')}
            onClick={act('runlens.runFromStep')}
          >
            {t('Run From Here')}
          </Button>
        )}
        <Button disabled={why !== undefined} title={why ?? ''} onClick={act('runlens.debugStep')}>
          {t('Debug')}
        </Button>
        <MenuButton
          icon="more"
          name={t('More Actions')}
          entries={() => [
            { label: t('Run Up To Here'), onSelect: act('runlens.runUpToStep'), ...blocked },
            { label: t('Replay…'), onSelect: act('runlens.replayRun'), ...blocked },
            'separator',
            { label: t('Go to Source'), onSelect: act('runlens.goToSource') },
            { label: t('Open Log'), onSelect: act('runlens.openLog') },
            { label: t('Show Reason'), onSelect: act('runlens.showReason') },
          ]}
        />
      </div>
      {why !== undefined && <p class="rl-faint">{why}</p>}
    </>
  );
}

/** Undefined: code may run there. */
export function whyNot(place: PanelPlace | undefined): string | undefined {
  if (place?.canRun) return undefined;
  if (place?.source !== undefined) return t('Runs of another place can only be looked at');
  return t('Code runs in trusted workspaces only');
}
