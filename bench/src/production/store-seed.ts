import { createDirectQueue, createIntake } from '@monitor-server/queue';
import { openPostgresWriter } from '@monitor-server/store/postgres';
import type { World } from '../world.ts';
import type { Database } from './database.ts';
import { recordLists } from './records.ts';

/** Records in a transaction, and transactions on their way at the same time. */
const size = 5_000;
const atOnce = 2;

const log = { info: () => undefined, warn: (line: string) => console.error(line) };

/**
 * Stores so many skewed metrics with their sessions and contexts, by the writer that the server has; gives metrics a
 * second. Everything derived is up to date afterwards, and the database is as autovacuum leaves it in the end.
 */
export const seedStore = async (database: Database, world: World, metrics: number): Promise<number> => {
  const begin = performance.now();
  const writer = await openPostgresWriter({ uris: [database.uri], log });
  const intake = createIntake(createDirectQueue((batch) => writer.write([batch])));
  const lists = recordLists(world, metrics, size);
  const storeSome = async (): Promise<void> => {
    // All of them take from the same lists.
    for (let list = lists.next(); list.done !== true; list = lists.next()) await intake.addAll(list.value);
  };
  await Promise.all(Array.from({ length: atOnce }, storeSome));
  await database.settle();
  const rate = metrics / ((performance.now() - begin) / 1000);
  await writer.close();
  const stored = await database.count();
  if (stored.metrics !== metrics || stored.dead > 0) {
    throw new Error(`of ${metrics} metrics ${stored.metrics} were stored, ${stored.dead} records are dead`);
  }
  await database.tidy();
  return rate;
};
