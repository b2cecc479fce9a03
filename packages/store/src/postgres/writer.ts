import type { Batch } from '@monitor-server/contract';
import type { PoolClient } from 'pg';
import type { OnCommit, PoolUsage, StoreWriter } from '../store.ts';
import { readyBatch, setAside, takeNewBatches, type ReadyBatch } from './batches.ts';
import { createDimensions, type Resolve } from './dimensions.ts';
import { storeFacts } from './facts.ts';
import { isRefusal } from './faults.ts';
import { startFoldLoop } from './fold-loop.ts';
import { migratePostgres } from './migrate.ts';
import { storeInParts, type Parts } from './parts.ts';
import { openPrimary, type Primary, type StoreLog } from './primary.ts';
import { prune } from './pruning.ts';
import type { ReadyRecord } from './records.ts';
import { startRetentionLoop } from './retention-loop.ts';
import { checkSchema } from './schema.ts';

const DAY_MS = 86_400_000;

/** One is made ready and sent while the other is on its way to the disk; their inserts take turns. */
const WRITES_AT_ONCE = 2;
const FOLDS_AT_ONCE = 1;
const REMOVALS_AT_ONCE = 1;

/** How often forgotten batch ids and keys are cleared away. */
const PRUNE_EVERY_MS = 60_000;

export interface PostgresWriterOptions {
  /** One server each; that which is not in recovery is the primary. */
  uris: readonly string[];
  log?: StoreLog;
  onCommit?: OnCommit | undefined;
  /** The clock, in milliseconds. */
  now?: () => number;
  applicationName?: string;
  /** Whether to bring the schema up to date first, as is the default; else one that is older is refused. */
  migrate?: boolean;
  /**
   * How old a batch may be that is stored, in milliseconds; a day by default, which is how long PostgreSQL may be away.
   * An older one is set aside. Batches that were stored are remembered for twice that.
   */
  horizonMs?: number;
  /** How long metrics are kept from when they were stored; without it, for ever. */
  retentionDays?: number | undefined;
}

export interface PostgresWriter extends StoreWriter {
  /** How busy its connections are. */
  usage(): PoolUsage;
}

/**
 * Opens a writer of a PostgreSQL store. Any number of them may write at the same time, in any number of processes; one
 * of them folds. Rejects with a StoreError where the database cannot be reached or used.
 */
export async function openPostgresWriter(options: PostgresWriterOptions): Promise<PostgresWriter> {
  const { uris, log, applicationName, migrate = true, retentionDays } = options;
  if (migrate) await migratePostgres({ uris, ...(log && { log }) });
  const primary = openPrimary({
    uris,
    max: WRITES_AT_ONCE + FOLDS_AT_ONCE + (retentionDays === undefined ? 0 : REMOVALS_AT_ONCE),
    ...(applicationName !== undefined && { applicationName }),
    ...(log && { log }),
  });
  try {
    if (!migrate) await checkSchema(primary);
    return createWriter(primary, options);
  } catch (error) {
    await primary.close();
    throw error;
  }
}

function createWriter(
  primary: Primary,
  { log, onCommit, now = Date.now, horizonMs = DAY_MS, retentionDays: days }: PostgresWriterOptions,
): PostgresWriter {
  const dimensions = createDimensions();
  let prunedAt = 0;

  async function pruneSometimes(): Promise<void> {
    if (now() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = now();
    // Ids are kept for twice the horizon: a batch that is just not too old must still be known.
    await prune(primary, now() - 2 * horizonMs, now());
  }

  const folds = startFoldLoop(primary, log, pruneSometimes, now);
  const retention = days === undefined ? undefined : startRetentionLoop(primary, { days, now, log });

  /** Stores those of the batches that are new, in one transaction. */
  async function commit(
    batches: readonly ReadyBatch[],
    store: (client: PoolClient, resolve: Resolve, records: readonly ReadyRecord[]) => Promise<Parts>,
  ): Promise<void> {
    const start = performance.now();
    const { stored, records, dead } = await primary.transact(async (client, { incarnation }) => {
      const fresh = await takeNewBatches(client, batches);
      const good = fresh.flatMap((batch) => batch.records);
      const parts = await store(client, dimensions.within(client, incarnation), good);
      const refusals = [...fresh.flatMap((batch) => batch.refusals), ...parts.refusals];
      await setAside(client, refusals, now());
      const kept = good.length - parts.refusals.length;
      return { stored: parts.stored, records: kept, dead: refusals.length };
    });
    onCommit?.({
      batches: batches.map(({ name }) => name),
      records,
      dead,
      milliseconds: performance.now() - start,
    });
    for (const { metrics, keep } of stored) {
      keep();
      folds.written(metrics);
    }
  }

  async function together(
    client: PoolClient,
    resolve: Resolve,
    records: readonly ReadyRecord[],
  ): Promise<Parts> {
    return { stored: [await storeFacts(client, resolve, records, now())], refusals: [] };
  }

  function apart(client: PoolClient, resolve: Resolve, records: readonly ReadyRecord[]): Promise<Parts> {
    return storeInParts(client, resolve, records, now());
  }

  return {
    async write(batches: readonly Batch[]) {
      if (batches.length === 0) return checkSchema(primary);
      const ready = batches.map((batch) => readyBatch(batch, now() - horizonMs));
      try {
        await dimensions.introduce(
          primary,
          ready.flatMap(({ records }) => records),
        );
        await commit(ready, together);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        for (const batch of ready) await commit([batch], apart);
      }
    },
    usage: () => primary.usage('primary'),
    async close() {
      await folds.close();
      await retention?.close();
      await primary.close();
    },
  };
}
