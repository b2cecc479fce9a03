import type { Metric, StoredRecord } from '@monitor-server/contract';
import { createOverflowQueue, openSpool } from '../src/pipeline.ts';
import { describeQueue, type OpenedQueue } from './conformance.ts';
import { createMoodyQueue, createMoodySpool } from './overflow-world.ts';
import { createFolders, createLog } from './spool-world.ts';

const newFolder = createFolders();

const isMetric = (record: StoredRecord) => record.type === 'metric';

/** An overflow queue whose primary is there, or is away until somebody looks at what is stored. */
async function openOverflow(isAway: boolean): Promise<OpenedQueue> {
  const log = createLog();
  const spool = createMoodySpool(await openSpool({ folder: newFolder(), log }));
  const primary = createMoodyQueue();
  // A queue in memory answers at once, unless it never does.
  const queue = createOverflowQueue({ primary, spool, patienceMs: 10, log });

  function mend(): void {
    primary.be(isAway ? 'refuse' : 'take');
    spool.mend();
  }

  function takenMetrics(): Metric[] {
    return primary.taken.flatMap(({ records }) => records.filter(isMetric).map(({ value }) => value));
  }

  mend();
  return {
    queue,
    async stored() {
      primary.be('take');
      await queue.idle();
      mend();
      return takenMetrics();
    },
    async durable() {
      const kept = await spool.oldest(1_000);
      return [
        ...takenMetrics(),
        ...kept.flatMap(({ records }) => records.filter(isMetric).map(({ value }) => value)),
      ];
    },
    fail(when, reason) {
      primary.be(when === 'before' || isAway ? 'refuse' : 'lose', reason);
      spool.fail(when, reason);
    },
    mend,
    async close() {
      await queue.close();
      await spool.close();
    },
  };
}

describeQueue('an overflow queue whose primary is there', () => openOverflow(false));
describeQueue('an overflow queue whose primary is away', () => openOverflow(true));
