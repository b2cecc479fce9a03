import type { QueueAddress } from '@monitor-server/runtime/config';
import type { Connection, QueueLog } from './bullmq/connection.ts';

/**
 * Connects to the Redis of a queue for counters that processes share. While it is away commands fail at once: nobody
 * waits for a counter.
 */
export async function openCounters(address: QueueAddress, log: QueueLog): Promise<Connection> {
  // Loaded only where it is used: it would cost every other process its memory.
  const { openConnection } = await import('./bullmq/connection.ts');
  return openConnection({ address, log, meanwhile: 'fail' });
}
