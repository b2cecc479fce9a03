import { openBullmqQueue, QueueError } from '@monitor-server/queue/pipeline';
import type { Logger } from '@monitor-server/runtime';
import { ConfigError, readSettings, settingError, type Source } from '@monitor-server/runtime/config';
import { readArguments, wholeNumber } from './usage.ts';

const USAGE = `Batches in the queue that no worker could read, such as those of a newer version.
  list [--limit N]   latest first, 20 unless told
  retry              lets the workers try all of them again
The queue is that of MONITOR_SERVER_QUEUE_URI.`;

const options = { limit: { type: 'string' } } as const;

const PATIENCE_MS = 5_000;

/** Looks at the batches that could not be read, or has them tried again. Throws a ConfigError for what it does not know. */
export async function failedBatches(source: Source, log: Pick<Logger, 'info' | 'warn'>): Promise<string[]> {
  const { values, positionals } = readArguments(source.argv, options, USAGE);
  const [command, ...rest] = positionals;
  if ((command !== 'list' && command !== 'retry') || rest.length > 0) throw new ConfigError(USAGE);
  const limit = values.limit === undefined ? 20 : wholeNumber(values.limit, 1, USAGE);
  const settings = readSettings(['database', 'queueUri'], { ...source, argv: [] });
  const { queueUri: address } = settings;
  if (address === undefined)
    throw settingError(settings, 'queueUri', 'name the queue, such as redis://host:6379');
  const queue = await openBullmqQueue({ address, log, patienceMs: PATIENCE_MS });
  try {
    if (command === 'retry') return [`${await queue.retryFailed()} go back to the workers`];
    const failed = await queue.failed(limit);
    const lines = failed.map(
      ({ id, records, reason, failedAt }) =>
        `${id}  ${failedAt.toISOString()}  ${String(records ?? '?').padStart(4)} records  ${reason}`,
    );
    return lines.length > 0 ? lines : ['There are none.'];
  } catch (error) {
    throw error instanceof QueueError ? settingError(settings, 'queueUri', error.message) : error;
  } finally {
    await queue.close();
  }
}
