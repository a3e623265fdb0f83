/**
 * Pages of runs of an experiment, or of the children of a run, kept by the tokens that the server
 * gives. Runs that are nested in others are left out of an experiment's pages.
 */

import { TAGS } from '../../domain/tags';
import { isInvalidParameter } from './errors';
import type { MlflowClient, Paged } from './mlflowClient';
import { type RemoteRun, tagOf } from './wire';

const IS_OUTER = `tags.\`${TAGS.parentRunId}\` IS NULL`;
/** Requests for one page at most, where the server cannot leave out nested runs itself. */
const MOST_REQUESTS = 5;
/** Runs that are running are listed on top, these many at most. */
const MOST_RUNNING = 100;

export interface RunsOwner {
  readonly experimentId: string;
  /** A run whose children are meant. */
  readonly parent?: string | undefined;
}

export interface RunsPage {
  readonly runs: readonly RemoteRun[];
  /** Whether there are more pages. */
  readonly more: boolean;
}

export class RunPages {
  private readonly tokens = new Map<string, string>();
  /** Running ones that came with a first page: a later page does not bring them again. */
  private readonly early = new Map<string, ReadonlySet<string>>();
  /** Whether the server knows IS NULL on tags; found out by asking. */
  private canFilter = true;

  constructor(private readonly client: MlflowClient) {}

  /** From the start; what is running comes with it, however long ago it started. */
  async first(owner: RunsOwner, limit: number): Promise<RunsPage> {
    this.tokens.delete(keyOf(owner));
    const [page, running] = await Promise.all([
      this.page(owner, limit, undefined),
      this.running(owner),
    ]);
    const listed = new Set(page.runs.map((run) => run.runId));
    const early = running.filter((run) => !listed.has(run.runId));
    this.early.set(keyOf(owner), new Set(early.map((run) => run.runId)));
    return { ...page, runs: [...early, ...page.runs] };
  }

  /** The page after the last one that was asked for; empty when that was the last. */
  async next(owner: RunsOwner, limit: number): Promise<RunsPage> {
    const token = this.tokens.get(keyOf(owner));
    if (token === undefined) return { runs: [], more: false };
    const { runs, more } = await this.page(owner, limit, token);
    const early = this.early.get(keyOf(owner));
    return { runs: runs.filter((run) => !early?.has(run.runId)), more };
  }

  /** Whether a run has children. */
  async hasChildren(owner: RunsOwner): Promise<boolean> {
    const filter = filterOf(owner);
    const query = { experimentIds: [owner.experimentId], limit: 1, filter };
    return (await this.client.runs(query)).items.length > 0;
  }

  private async running(owner: RunsOwner): Promise<readonly RemoteRun[]> {
    const filter = `attributes.status = 'RUNNING'`;
    const whose = owner.parent === undefined ? filter : `${filter} AND ${filterOf(owner)}`;
    const query = { experimentIds: [owner.experimentId], limit: MOST_RUNNING, filter: whose };
    const { items } = await this.client.runs(query);
    return owner.parent === undefined ? items.filter(isOuter) : items;
  }

  private async page(owner: RunsOwner, limit: number, token?: string): Promise<RunsPage> {
    if (owner.parent !== undefined || this.canFilter) {
      try {
        const filter = filterOf(owner);
        return this.kept(owner, await this.ask(owner, { limit, token, filter }));
      } catch (error) {
        if (owner.parent !== undefined || !isInvalidParameter(error)) throw error;
        this.canFilter = false;
      }
    }
    return this.gathered(owner, limit, token);
  }

  /** Reads on until the page is full of runs that are not nested. */
  private async gathered(owner: RunsOwner, limit: number, token?: string): Promise<RunsPage> {
    const runs: RemoteRun[] = [];
    let next = token;
    for (let asked = 0; asked < MOST_REQUESTS; asked += 1) {
      const page = await this.ask(owner, { limit, token: next });
      runs.push(...page.items.filter(isOuter));
      next = page.next;
      if (next === undefined || runs.length >= limit) break;
    }
    return this.kept(owner, { items: runs, next });
  }

  private ask(
    owner: RunsOwner,
    { limit, token, filter }: { limit: number; token: string | undefined; filter?: string },
  ): Promise<Paged<RemoteRun>> {
    const { experimentId } = owner;
    return this.client.runs({ experimentIds: [experimentId], limit, pageToken: token, filter });
  }

  private kept(owner: RunsOwner, { items, next }: Paged<RemoteRun>): RunsPage {
    if (next === undefined) this.tokens.delete(keyOf(owner));
    else this.tokens.set(keyOf(owner), next);
    return { runs: items, more: next !== undefined };
  }
}

const keyOf = ({ experimentId, parent }: RunsOwner): string =>
  parent ?? `experiment ${experimentId}`;

const isOuter = (run: RemoteRun): boolean => tagOf(run.tags, TAGS.parentRunId) === undefined;

const filterOf = ({ parent }: RunsOwner): string =>
  parent === undefined ? IS_OUTER : `tags.\`${TAGS.parentRunId}\` = '${parent}'`;
