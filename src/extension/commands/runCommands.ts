/** Commands that run, preview and debug pipelines and steps. */
import type { RunOptions } from '../models/plan';
import { t } from '../texts';
import { debug } from './debug';
import type { LaunchDesk } from './launcher';
import type { Picker } from './picking';
import { choosePreviewed } from './previewList';
import type { RunTarget } from './targets';
import { checkTrust } from './trust';

export class RunCommands {
  constructor(
    private readonly desk: LaunchDesk,
    private readonly picker: Picker,
    /** Folder of the package `runlens`. */
    private readonly sdk: string,
  ) {}

  readonly runPipeline = async (argument?: unknown): Promise<void> => {
    await this.runIt(() => this.picker.pipeline(argument));
  };

  /** The step by itself: what it needs comes from the store, and is made only when it never was. */
  readonly runStep = async (argument?: unknown): Promise<void> => {
    await this.runIt(() => this.picker.step(argument), { reach: 'only' });
  };

  readonly runUpToStep = async (argument?: unknown): Promise<void> => {
    await this.runIt(() => this.picker.step(argument), { reach: 'up-to' });
  };

  readonly runFromStep = async (argument?: unknown): Promise<void> => {
    await this.runIt(() => this.picker.step(argument), { reach: 'from' });
  };

  readonly runWithoutCache = async (argument?: unknown): Promise<void> => {
    const step = await this.picker.stepOf(argument);
    if (step) await this.desk.run(step, { reach: 'only', force: 'target' });
    else await this.runIt(() => this.picker.pipeline(argument), { force: 'all' });
  };

  readonly debugStep = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('debug Python')))) return;
    const target = await this.picker.step(argument);
    if (target) await debug(target, this.desk, this.sdk);
  };

  readonly previewPipeline = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run Python')))) return;
    const target = await this.picker.pipeline(argument);
    if (target) await this.preview(target, {});
  };

  readonly previewStep = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run Python')))) return;
    const target = await this.picker.step(argument);
    if (target) await this.preview(target, { reach: 'only' });
  };

  private async runIt(
    target: () => Promise<RunTarget | undefined>,
    options?: RunOptions,
  ): Promise<void> {
    if (!(await checkTrust(t('run Python')))) return;
    const found = await target();
    if (found) await this.desk.run(found, options);
  }

  /** Until it is run, or closed: the same for another reach. */
  private async preview(target: RunTarget, options: RunOptions): Promise<void> {
    const reply = await this.desk.preview(target, options);
    if (!reply) return;
    const choice = await choosePreviewed(target, options.reach, reply.steps);
    if (choice === 'run') await this.desk.run(target, options);
    else if (choice) await this.preview(target, { ...options, reach: choice.reach });
  }
}
