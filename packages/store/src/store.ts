import type { Batch, FlagFilter, Resource, TimeRange } from '@monitor-server/contract';

/**
 * Which metrics: those of a session, of a context, of sessions by `scm`, or of tests that fit all of the other
 * conditions. Names are exact, `scm` is a start, `…Like` a part, ASCII case ignored.
 */
export interface MetricFilter {
  session?: string;
  context?: string;
  item?: string;
  variant?: string;
  itemLike?: string;
  variantLike?: string;
  /** `''` means metrics without a component. */
  component?: string;
  kind?: string;
  scm?: string;
  range?: TimeRange;
}

/** Which sessions: `prefix` is the start of the hash, `scm` that of the SCM reference. */
export interface SessionFilter {
  prefix?: string;
  scm?: string;
  flags?: FlagFilter;
  range?: TimeRange;
}

/** Which metrics a ranking is made of; a build is one of its pipeline. */
export interface RankingFilter {
  component?: string;
  pipeline?: string;
  build?: string;
  range?: TimeRange;
}

/** A page: its number from 1, or negative from the end; with `after` only the size counts. */
export interface PageRequest {
  number: number;
  size: number;
  /** What an earlier page of the same list gave as `next`. */
  after?: string;
}

/** What can be listed. Lists are in order of storing, name lists as the wire contract says. */
export type ListQuery =
  | { list: 'metrics'; filter: MetricFilter; page: PageRequest }
  | { list: 'sessions'; filter: SessionFilter; page: PageRequest }
  | { list: 'contexts'; filter: { prefix?: string }; page: PageRequest }
  | { list: 'components'; filter: { prefix?: string }; page?: PageRequest }
  | { list: 'pipelines'; filter: { component?: string }; page?: PageRequest }
  | { list: 'builds'; filter: { pipeline: string; component?: string }; page: PageRequest }
  | {
      list: 'buildSessions';
      filter: { pipeline: string; build: string; component?: string };
      page: PageRequest;
    }
  | { list: 'ranking'; filter: RankingFilter; resource: Resource; end: 'head' | 'tail'; n: number };

export type CountQuery =
  | { count: 'metrics'; filter: MetricFilter }
  | { count: 'sessions'; filter: SessionFilter }
  | { count: 'contexts' }
  | { count: 'components' };

/** A page of a list; rows, total and links come from one snapshot. */
export interface ListPage {
  /** The items as a JSON array, in UTF-8. */
  items: Uint8Array;
  length: number;
  /** The number of this page, counted from 1; not there under a time range. */
  number?: number;
  /** How many pages there are, 0 for an empty list; not there under a time range. */
  pages?: number;
  /** What the next page is read from, where there is one. Opaque. */
  next?: string;
}

/** Reads the store. Every answer is one consistent snapshot of what was committed when it was read. */
export interface StoreReader {
  /** A page of a list, or undefined where the list has no such page. */
  list(query: ListQuery): Promise<ListPage | undefined>;
  count(query: CountQuery): Promise<number>;
  close(): Promise<void>;
}

/** Writes the store. */
export interface StoreWriter {
  /**
   * Stores batches in one transaction, in order. Resolves when they are durable (fsynced); a batch whose id was
   * stored before is left out as a whole. A record that the store refuses goes to `dead_record` with its
   * error, and its neighbours are stored. Rejects with a StoreError, and stores nothing, where nothing can be stored.
   */
  write(batches: readonly Batch[]): Promise<void>;
  close(): Promise<void>;
}

/** Why a store cannot be used: `full` when there is no room, `broken` for all else. */
export class StoreError extends Error {
  readonly reason: 'full' | 'broken';

  constructor(reason: 'full' | 'broken', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.reason = reason;
  }
}

/** A cursor that this list never gave. */
export class CursorError extends Error {
  constructor() {
    super('not a cursor of this list');
    this.name = 'CursorError';
  }
}

/** How long a batch id is remembered. A batch older than this is set aside: it may have been stored before. */
export const BATCH_HORIZON_MS = 3_600_000;
