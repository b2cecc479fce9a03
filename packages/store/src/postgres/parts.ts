import type { PoolClient } from 'pg';
import { messageOf, type Refusal } from './batches.ts';
import type { Resolve } from './dimensions.ts';
import { storeFacts, type Stored } from './facts.ts';
import { isRefusal } from './faults.ts';
import type { ReadyRecord } from './records.ts';

/** What was stored of some records, and which of them the database refused. */
export interface Parts {
  stored: Stored[];
  refusals: Refusal[];
}

/**
 * Stores records, in order, where the database refuses some of them: splits them until each of those stands alone. What
 * was tried and failed leaves no trace but stubs.
 */
export async function storeInParts(
  client: PoolClient,
  resolve: Resolve,
  records: readonly ReadyRecord[],
  nowMs: number,
): Promise<Parts> {
  await client.query('SAVEPOINT part');
  try {
    const stored = await storeFacts(client, resolve, records, nowMs);
    await client.query('RELEASE SAVEPOINT part');
    return { stored: [stored], refusals: [] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part');
    await client.query('RELEASE SAVEPOINT part');
    const [first] = records;
    if (first === undefined) throw error;
    if (records.length === 1) {
      return {
        stored: [],
        refusals: [{ batch: first.batch, record: first.record, error: messageOf(error) }],
      };
    }
  }
  const middle = Math.ceil(records.length / 2);
  const before = await storeInParts(client, resolve, records.slice(0, middle), nowMs);
  const after = await storeInParts(client, resolve, records.slice(middle), nowMs);
  return {
    stored: [...before.stored, ...after.stored],
    refusals: [...before.refusals, ...after.refusals],
  };
}
