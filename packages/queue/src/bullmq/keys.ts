import type { QueueAddress } from '@monitor-server/runtime/config';

/** The one queue there is. */
export const QUEUE_NAME = 'batches';

/**
 * What the names of all keys begin with. What stands in braces decides where in a cluster a key lives: all keys of
 * the queue must live together, since they are changed together.
 */
export function keyPrefix({ prefix = 'monitor-server' }: Pick<QueueAddress, 'prefix'>): string {
  return `{${prefix}}`;
}
