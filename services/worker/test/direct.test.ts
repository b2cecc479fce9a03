import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metric } from '@monitor-server/contract';
import { createDirectQueue } from '@monitor-server/queue';
import { describeQueue, type OpenedQueue } from '@monitor-server/queue/conformance';
import { openReaderPool, openWriterThread, StoreError } from '@monitor-server/store';

interface Failure {
  when: 'before' | 'after';
  reason: StoreError['reason'];
}

function crash(error: unknown): void {
  throw new Error('a thread of the store ended', { cause: error });
}

async function openDirect(): Promise<OpenedQueue> {
  const folder = mkdtempSync(join(tmpdir(), 'direct-'));
  const path = join(folder, 'store.sqlite');
  const writer = await openWriterThread(path, crash);
  const reader = openReaderPool(path, 1, crash);
  let failure: Failure | undefined;

  /** The store is all there is, so what is stored is what is durable. */
  async function stored(): Promise<Metric[]> {
    const page = await reader.list({ list: 'metrics', filter: {}, page: { number: 1, size: 5_000 } });
    return JSON.parse(new TextDecoder().decode(page?.items)) as Metric[];
  }

  const queue = createDirectQueue(async (batch) => {
    if (failure?.when !== 'before') await writer.write([batch]);
    if (failure !== undefined) throw new StoreError(failure.reason, 'the disk is away');
  });
  return {
    queue,
    stored,
    durable: stored,
    fail(when, reason) {
      failure = { when, reason };
    },
    mend() {
      failure = undefined;
    },
    async close() {
      await queue.close();
      await reader.close();
      await writer.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describeQueue('the direct queue', openDirect);
