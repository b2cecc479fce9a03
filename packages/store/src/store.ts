import type { Batch, ExportRequest, FlagFilter, Resource, TimeRange } from '@monitor-server/contract';

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

/** What an export has. Joined columns are null, or empty, until the session or context is posted. */
export type ExportQuery = ExportRequest;

/** Reads the store. Every answer is one consistent snapshot of what was committed when it was read. */
export interface StoreReader {
  /** A page of a list, or undefined where the list has no such page. */
  list(query: ListQuery): Promise<ListPage | undefined>;
  count(query: CountQuery): Promise<number>;
  /**
   * Metrics in order of storing, as text in UTF-8, in chunks of some tens of KiB, each whole lines. Takes constant
   * memory however long the text is, and reads no further than it is consumed; leaving the iteration ends the query.
   */
  export(query: ExportQuery): AsyncIterable<Uint8Array>;
  /** Whether a batch is stored, and every read from now on sees it, whichever replica it goes to. */
  has(batch: string): Promise<boolean>;
  /** Resolves where the store can be read. Rejects with the reason where it cannot, as where its schema is too old. */
  check(): Promise<void>;
  usage(): ReaderUsage;
  close(): Promise<void>;
}

/** What one transaction has done. */
export interface Commit {
  /** The ids of its batches, also of those that were stored before and left out. */
  readonly batches: readonly string[];
  /** Records that were stored. */
  readonly records: number;
  /** Records that were set aside. */
  readonly dead: number;
  /** How long it took, from beginning to durable. */
  readonly milliseconds: number;
}

/** Told of every transaction once it is durable. It must not throw. */
export type OnCommit = (commit: Commit) => void;

/** Connections, or threads, that are shared by those who read. */
export interface PoolUsage {
  readonly name: string;
  readonly used: number;
  readonly idle: number;
  /** Reads that wait for one. */
  readonly waiting: number;
}

/** A server to read from. */
export interface ReplicaUsage {
  /** Host, port and database; no password. */
  readonly name: string;
  readonly isReady: boolean;
  /** For how long it has lacked something; `undefined` where it cannot be reached. */
  readonly lagMs: number | undefined;
}

/** How busy those are who read, and where they read. */
export interface ReaderUsage {
  readonly pools: readonly PoolUsage[];
  readonly replicas: readonly ReplicaUsage[];
}

/** Writes the store. */
export interface StoreWriter {
  /**
   * Stores batches in one transaction, in order. Resolves when they are durable (fsynced); a batch whose id was
   * stored before is left out as a whole. A record that the store refuses goes to `dead_record` with its
   * error, and its neighbours are stored. Rejects with a StoreError where nothing can be stored, and has stored nothing
   * then unless the error is unsure of that; whether anything can be stored, no batches at all find out too.
   */
  write(batches: readonly Batch[]): Promise<void>;
  close(): Promise<void>;
}

/** A record that could not be stored. */
export interface DeadRecord {
  id: number;
  /** The id of the batch that it came in. */
  batch: string;
  /** A `StoredRecord` as JSON, or what was to be one. */
  record: string;
  /** Why it was refused. */
  error: string;
  /** When it was set aside, or refused again, in milliseconds since 1970. */
  diedAt: number;
}

/** What became of dead records that were to be stored. */
export interface Replay {
  stored: number;
  /** They stay, with the new reason. */
  refused: number;
  /** Nobody knows them, or somebody else stored them meanwhile. */
  missing: number;
}

/** The records that could not be stored. */
export interface DeadRecords {
  /** So many of them, oldest first, after the one with the id `after`. */
  list(page: { after?: number; limit: number }): Promise<DeadRecord[]>;
  get(id: number): Promise<DeadRecord | undefined>;
  /**
   * Stores those with some ids, or all that are there now, as if they came now. Each is stored once, however
   * many do so: what stores it also removes it from here. Rejects with a StoreError where nothing can be stored; what it
   * had stored by then stays stored.
   */
  replay(ids: readonly number[] | 'all'): Promise<Replay>;
  close(): Promise<void>;
}

interface StoreErrorOptions extends ErrorOptions {
  isUnsure?: boolean;
}

/**
 * Why a store cannot be used: `full` when there is no room, `unusable` where waiting does not help and somebody has to
 * change something, such as a password or the version of the server, `broken` for all else.
 */
export class StoreError extends Error {
  readonly reason: 'full' | 'broken' | 'unusable';
  /** Whether what was to be stored may be stored all the same: the answer to the commit was lost. */
  readonly isUnsure: boolean;

  constructor(reason: StoreError['reason'], message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    this.name = 'StoreError';
    this.reason = reason;
    this.isUnsure = options.isUnsure ?? false;
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
