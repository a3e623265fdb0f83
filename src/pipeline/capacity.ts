// What the steps of all runs of the server take of the machine, and whether one more fits.
import { Emitter } from '../base/event';
import type { ResourceHints } from '../domain/pipeline';
import type { Clock, MachinePort } from './ports';

type Hints = ResourceHints | undefined;

/** The system is asked for its free memory at most so often, in milliseconds. */
const MEMORY_MS = 250;
/** With less than this share of the memory free nothing more starts beside what runs. */
const SPARE = 0.03;
/** Sums of shares of cores are not exact. */
const EPSILON = 1e-6;

/**
 * Each step takes one of `maxParallel` places; one that names its cores takes as many places as its
 * share of the cores. What wants more than there is runs alone.
 */
export class Capacity {
  private readonly freed = new Emitter<void>();
  /** A step that ran runs no more. */
  readonly onFreed = this.freed.event;
  private readonly taken = new Map<string, Hints>();
  private places = 0;
  private gpus = 0;
  private memory = 0;
  private oversized = 0;
  private known: { readonly at: number; readonly free: number | undefined } | undefined;

  constructor(
    private readonly machine: MachinePort,
    private readonly clock: Clock,
  ) {}

  get running(): number {
    return this.taken.size;
  }

  /** Whether a step runs that wants more than there is. */
  get isAlone(): boolean {
    return this.oversized > 0;
  }

  /** @param key of one execution of one step. */
  take(key: string, hints: Hints): void {
    if (this.taken.has(key)) return;
    this.taken.set(key, hints);
    this.count(hints, 1);
  }

  release(key: string): void {
    if (!this.taken.has(key)) return;
    this.count(this.taken.get(key), -1);
    this.taken.delete(key);
    this.freed.fire();
  }

  private count(hints: Hints, sign: 1 | -1): void {
    this.places += sign * this.placesOf(hints);
    this.gpus += sign * (hints?.gpus ?? 0);
    this.memory += sign * (hints?.memory ?? 0);
    if (this.isTooMuch(hints)) this.oversized += sign;
  }

  fits(hints: Hints): boolean {
    return this.whyNot(hints) === undefined;
  }

  /** How many more steps without hints may start beside those that run. */
  get room(): number {
    if (this.whyNot(undefined) !== undefined) return 0;
    return Math.max(1, Math.floor(this.machine.maxParallel - this.places + EPSILON));
  }

  /** Why a step has to wait: `4 steps run, as many as this machine takes`. */
  whyNot(hints: Hints): string | undefined {
    if (this.taken.size === 0) return undefined;
    const { maxParallel, gpus, memory } = this.machine;
    if (this.isAlone) return 'a step that needs the whole machine runs';
    if (this.isTooMuch(hints)) return 'it needs the whole machine';
    const isFull =
      this.taken.size >= maxParallel || this.places + this.placesOf(hints) > maxParallel + EPSILON;
    if (isFull) return `${stepsText(this.taken.size)}, as many as this machine takes`;
    if (this.gpus + (hints?.gpus ?? 0) > gpus) return 'the graphics processors are in use';
    if (this.memory + (hints?.memory ?? 0) > memory) return 'the memory is promised to other steps';
    return this.isShort(hints?.memory ?? 0) ? 'the memory is nearly full' : undefined;
  }

  private isShort(wanted: number): boolean {
    const free = this.freeMemory();
    return free !== undefined && free < Math.max(wanted, this.machine.memory * SPARE);
  }

  private freeMemory(): number | undefined {
    const now = this.clock.now();
    if (!this.known || now - this.known.at >= MEMORY_MS) {
      this.known = { at: now, free: this.machine.freeMemory() };
    }
    return this.known.free;
  }

  private placesOf(hints: Hints): number {
    const { cores, maxParallel } = this.machine;
    return hints?.cpus === undefined ? 1 : (hints.cpus / cores) * maxParallel;
  }

  private isTooMuch(hints: Hints): boolean {
    const { maxParallel, gpus, memory } = this.machine;
    return (
      this.placesOf(hints) > maxParallel + EPSILON ||
      (hints?.gpus ?? 0) > gpus ||
      (hints?.memory ?? 0) > memory
    );
  }
}

const stepsText = (count: number): string => (count === 1 ? 'a step runs' : `${count} steps run`);
