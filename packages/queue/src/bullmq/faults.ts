import { QueueError } from '../queue.ts';

/** Where scripts fail, Redis adds where in the script, which tells an operator nothing. */
const NOISE = / script: .*$|^ERR Error running script.*?: -(?=[A-Z]+ )/s;

/** Whether it was Redis that refused, rather than the connection that failed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/**
 * Why Redis did not take something, in words for an operator. `full` where its memory or its disk is; all else,
 * such as a replica that takes nothing or a failover under way, is `broken`. Unsure where Redis did not answer.
 */
export function queueFault(error: unknown, name: string): QueueError {
  if (error instanceof QueueError) return error;
  // The error itself holds the command and with it the whole batch; it must not get into a log.
  const message = (error as Error).message.replace(NOISE, '');
  if (/\bOOM\b/.test(message)) return new QueueError('full', `${name} has reached its memory limit`);
  if (/No space left/i.test(message)) return new QueueError('full', `the disk of ${name} is full`);
  if (isRefusal(error)) return new QueueError('broken', `${name} refused: ${message}`);
  // Without a connection nothing is sent; else Redis may have got it.
  const isUnsure = !/enableOfflineQueue/.test(message);
  if (/max retries per request|Connection is closed|enableOfflineQueue/.test(message))
    return new QueueError('broken', `${name} closed the connection`, { isUnsure });
  return new QueueError('broken', `${name} cannot be used: ${message}`, { isUnsure });
}

/** Whether a job cannot be settled because it is no longer ours: it is gone, or its lock has passed to another. */
export function isForeign(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' && code < 0;
}
