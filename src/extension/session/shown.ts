/** The runs that the charts show, over all folders, with their colour slots; kept with the workspace. */
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import { isRecord } from '../../base/json';
import type { RunRow } from '../../protocol/rows';
import { allocate, choose, REMEMBERED, type ShownState, shownRuns } from '../models/slots';

/** Where the state is kept: `workspaceState`. */
export interface Keep {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}
const KEY = 'runlens.shown';
const SETTLE_MS = 50;

export interface ShownRun {
  readonly row: RunRow;
  readonly slot: number;
}

export class ShownRuns implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<readonly string[]>());
  /** Runs that were shown or hidden, or whose row changed while shown. */
  readonly onDidChange = this.changed.event;
  private state: ShownState;
  private current = new Map<string, ShownRun>();
  private timer: NodeJS.Timeout | undefined;

  /** @param rows every run that is known now, of all folders. */
  constructor(
    private readonly keep: Keep,
    private readonly rows: () => Iterable<RunRow>,
  ) {
    this.state = parseState(keep.get(KEY));
  }

  /** Newest first. */
  get runs(): readonly ShownRun[] {
    return [...this.current.values()];
  }

  slotOf(runId: string): number | undefined {
    return this.current.get(runId)?.slot;
  }

  /** Runs that a person ticked and that are not known now. */
  get missing(): readonly string[] {
    return Object.entries(this.state.choices)
      .filter(([runId, isShown]) => isShown && !this.current.has(runId))
      .map(([runId]) => runId);
  }

  /** A person's choice. */
  choose(runId: string, shown: boolean): Promise<void> {
    return this.chooseAll([runId], shown);
  }

  /** As one choice: all are looked at once. */
  async chooseAll(runIds: readonly string[], shown: boolean): Promise<void> {
    // Those before them would be forgotten again.
    const kept = runIds.slice(-REMEMBERED);
    this.state = kept.reduce((state, runId) => choose(state, runId, shown), this.state);
    this.update();
    await this.keep.update(KEY, this.state);
  }

  /** Soon looks again at what is known; many calls cost one look. */
  schedule(): void {
    this.timer ??= setTimeout(() => this.update(), SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.store.dispose();
  }

  private update(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const rows = shownRuns(this.rows(), this.state);
    const next = allocate(
      this.state,
      rows.map((row) => row.runId),
    );
    if (next !== this.state) {
      this.state = next;
      void this.keep.update(KEY, next);
    }
    const before = this.current;
    this.current = new Map(
      rows.map((row) => [row.runId, { row, slot: this.state.slots[row.runId] ?? 0 }]),
    );
    const changed = differing(before, this.current);
    if (changed.length > 0) this.changed.fire(changed);
  }
}

function differing(
  before: ReadonlyMap<string, ShownRun>,
  after: ReadonlyMap<string, ShownRun>,
): string[] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].filter((id) => {
    const [a, b] = [before.get(id), after.get(id)];
    return a?.row !== b?.row || a?.slot !== b?.slot;
  });
}

function parseState(kept: unknown): ShownState {
  if (!isRecord(kept)) return { choices: {}, slots: {} };
  return {
    choices: entriesOf(kept['choices'], (value) => typeof value === 'boolean'),
    slots: entriesOf(kept['slots'], (value) => Number.isInteger(value)),
  };
}

function entriesOf<T>(value: unknown, fits: (value: unknown) => boolean): Record<string, T> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry) => fits(entry[1]))) as Record<
    string,
    T
  >;
}
