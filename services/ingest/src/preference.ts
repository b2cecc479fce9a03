import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** How often is asked whether a batch can be read back. */
const ASK_EVERY_MS = 20;

/** The seconds of `Prefer: wait=N` (RFC 7240), or undefined where a request prefers nothing of that kind. */
function preferredWait(prefer: string | string[] | undefined): number | undefined {
  // The first of several counts.
  for (const preference of [prefer ?? []].flat().join(',').split(',')) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference)?.[1];
    if (seconds !== undefined) return Number(seconds);
  }
  return undefined;
}

/**
 * Holds an answer until these batches can be read back, for as long as its request prefers and no longer than requests
 * may take. Says in a header of the answer that they can.
 */
export type ApplyWait = (
  prefer: string | string[] | undefined,
  reply: FastifyReply,
  batches: readonly string[],
) => Promise<void>;

/** `timeout` is in seconds. However many wait for a batch, one asks for it. */
export function createApplyWait(isReadable: (batch: string) => Promise<boolean>, timeout: number): ApplyWait {
  const asked = new Map<string, { until: number; readable: Promise<boolean> }>();

  /** Asks until the batch can be read back, or nobody waits for it any more. */
  async function ask(batch: string, asking: { until: number }): Promise<boolean> {
    try {
      for (;;) {
        // A database that cannot be asked is one that cannot be read back from.
        if (await isReadable(batch).catch(() => false)) return true;
        if (performance.now() >= asking.until) return false;
        await sleep(ASK_EVERY_MS);
      }
    } finally {
      asked.delete(batch);
    }
  }

  async function becomesReadable(batch: string, deadline: number): Promise<boolean> {
    let asking = asked.get(batch);
    if (asking === undefined) {
      asking = { until: deadline, readable: Promise.resolve(false) };
      asked.set(batch, asking);
      asking.readable = ask(batch, asking);
    }
    asking.until = Math.max(asking.until, deadline);
    const late = sleep(Math.max(0, deadline - performance.now()), false, { ref: false });
    return Promise.race([asking.readable, late]);
  }

  return async (prefer, reply, batches) => {
    const seconds = preferredWait(prefer);
    if (seconds === undefined) return;
    const deadline = performance.now() + Math.min(seconds, timeout) * 1000;
    for (const batch of batches) if (!(await becomesReadable(batch, deadline))) return;
    reply.header('preference-applied', 'wait');
  };
}
