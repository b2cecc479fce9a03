import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import type { QueueAddress } from '@monitor-server/runtime/config';
import { Worker, type Job } from 'bullmq';
import { QueueError } from '../queue.ts';
import { absence, openConnection, type QueueLog } from './connection.ts';
import { createDepth, type Depth } from './depth.ts';
import { isRefusal } from './faults.ts';
import { keyPrefix, QUEUE_NAME } from './keys.ts';
import { createPatience } from './patience.ts';
import { decodePayload } from './payload.ts';
import { createSettlement } from './settlement.ts';

export interface BullmqConsumerOptions {
  address: QueueAddress;
  /** How many batches are handled at the same time at most. */
  concurrency: number;
  /**
   * Stores a batch. It is called in the order in which batches were accepted, as far as that is known; once it has
   * resolved, the batch leaves the queue. Where it rejects, the batch is tried again later, as often as it takes, here
   * or by another consumer. A batch may come twice, even at the same time at two consumers.
   */
  handle: (batch: Batch) => Promise<void>;
  log: QueueLog;
  /** After so long without a sign of life of a consumer, others may take over its batches. */
  lockMs?: number;
  /** How often is looked for such batches. */
  stalledMs?: number;
  /** How long `close` waits for batches that are being handled. */
  closeMs?: number;
}

export interface BullmqConsumer {
  /** How many batches are being handled now. */
  running(): number;
  /** Resolves where Redis answers. Rejects with a QueueError while it cannot be reached. */
  check(): Promise<void>;
  /** What waits for all consumers. Rejects with a QueueError while Redis cannot be asked. */
  depth(): Promise<Depth>;
  /**
   * Takes no more, and waits a while for those being handled; those that are not done by then go back to the front of
   * the queue, as do those whose handling fails meanwhile.
   */
  close(): Promise<void>;
}

/** A batch is taken over within LOCK_MS and two STALLED_MS: ten seconds after its consumer was killed. */
const LOCK_MS = 6_000;
const STALLED_MS = 2_000;

const CLOSE_MS = 5_000;

/** How long `depth` takes at most. */
const DEPTH_MS = 1_000;

/** How long `close` waits for Redis in the end. */
const PARTING_MS = 1_000;

/** How many jobs are asked for at the same time at most. */
const MOST_AT_ONCE = 16;

/**
 * Pause when the queue was emptied, after which all that came meanwhile is taken together: taking a job and settling it
 * change the queue, so each time Redis may sync its disk, and posts wait for that. A job that comes to an idle consumer
 * is taken at once.
 */
const GATHER_MS = 40;

/** Pause before a job is asked for again that Redis refused. */
const RETRY_MS = 500;

/** Pauses before a batch goes back that could not be handled: twice as long each time. */
const BACKOFF_MS = { first: 100, longest: 10_000 };

/** Seconds after which an idle consumer looks itself, in case Redis could not wake it. */
const LOOK_AFTER_SECONDS = 2;

/**
 * Without memory left, Redis fails a script at its first command that could need some, unless it has changed something
 * before. What a consumer does frees memory in the end, so its scripts begin with a change: of nothing.
 */
const EVEN_WHEN_FULL = 'if KEYS[1] then redis.call("DEL", KEYS[1] .. ":nothing") end\n';

/**
 * Opens a consumer: it connects in the background, and goes on by itself when Redis was away, was restarted, or froze.
 * Many may run, on several machines.
 */
export async function openBullmqConsumer(options: BullmqConsumerOptions): Promise<BullmqConsumer> {
  const { address, concurrency, handle, log } = options;
  const { lockMs = LOCK_MS, stalledMs = STALLED_MS, closeMs = CLOSE_MS } = options;
  const connection = openConnection({ address, log, meanwhile: 'wait' });
  const { client, name } = connection;
  const define = client.defineCommand.bind(client);
  client.defineCommand = (command, script) =>
    define(command, { ...script, lua: EVEN_WHEN_FULL + script.lua });

  // Jobs are taken one by one from here, not by BullMQ: it would give up a job whose settling Redis refuses, and ask
  // without a pause for jobs that it does not get.
  const worker = new Worker<unknown>(QUEUE_NAME, null, {
    connection: client,
    prefix: keyPrefix(address),
    skipVersionCheck: true,
    lockDuration: lockMs,
    stalledInterval: stalledMs,
    // A batch is worth any number of lost consumers.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    drainDelay: LOOK_AFTER_SECONDS,
    removeOnComplete: { count: 0 },
  });
  worker.on('error', (error) => {
    // The connection itself tells what is wrong with it.
    if (isRefusal(error)) warn(`${name} refused: ${error.message}`);
  });

  let stage: 'open' | 'closing' | 'parting' = 'open';
  const closing = new AbortController();
  const slots = new Set<Promise<void>>();
  let vacancy = Promise.withResolvers<void>();
  /** The ids of the jobs that are being handled, and how each is left to others. */
  const held = new Map<string, () => void>();
  // One for all: where a batch comes back to its own consumer, the lock is good for the first round too.
  const token = randomUUID();
  const askDepth = createDepth(client, worker);
  const within = createPatience(DEPTH_MS, () => new QueueError('broken', `${name} did not answer in time`));
  const settlement = createSettlement({ token, warn, givenUp: () => stage === 'parting' });
  let lastWarning = '';

  const isOpen = (): boolean => stage === 'open';

  /** What repeats itself is told once. */
  function warn(message: string): void {
    if (message !== lastWarning) log.warn(message);
    lastWarning = message;
  }

  /** Shorter where the consumer is closed meanwhile. */
  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
  }

  async function work(job: Job<unknown>, id: string): Promise<void> {
    let batch: Batch;
    try {
      batch = { id, ...decodePayload(job.data) };
    } catch (error) {
      const { message } = error as Error;
      log.warn(`batch ${id} cannot be read, and is kept as a failed job: ${message}`);
      return settlement.refuse(job, message);
    }
    const leaving = Promise.withResolvers<'left'>();
    held.set(id, () => leaving.resolve('left'));
    try {
      if ((await Promise.race([handle(batch), leaving.promise])) === 'left') return settlement.giveBack(job);
    } catch (error) {
      if (isOpen()) warn(`a batch was not stored, and is tried again: ${(error as Error).message}`);
      await pause(Math.min(BACKOFF_MS.first * 2 ** (job.attemptsStarted - 1), BACKOFF_MS.longest));
      return settlement.giveBack(job);
    }
    lastWarning = '';
    return settlement.complete(job);
  }

  function serve(job: Job<unknown>): void {
    const { id } = job;
    if (id === undefined || held.has(id)) return;
    const slot = (isOpen() ? work(job, id) : settlement.giveBack(job)).finally(() => {
      held.delete(id);
      slots.delete(slot);
      vacancy.resolve();
    });
    slots.add(slot);
  }

  async function next(block: boolean): Promise<Job<unknown> | undefined> {
    try {
      return await worker.getNextJob(token, { block });
    } catch (error) {
      if (isOpen()) warn(`no batch can be taken: ${(error as Error).message}`);
      await pause(RETRY_MS);
      return undefined;
    }
  }

  async function take(): Promise<void> {
    // While there are jobs, more and more are asked for at the same time: one by one, each would cost a round trip.
    // They come in the order in which they were asked for. Where there was none, the first is waited for.
    let ask = 0;
    let found = 0;
    while (isOpen()) {
      const room = concurrency - slots.size;
      if (room === 0) {
        vacancy = Promise.withResolvers();
        await vacancy.promise;
        continue;
      }
      const asked = Math.min(Math.max(ask, 1), room, MOST_AT_ONCE);
      const jobs = await Promise.all(Array.from({ length: asked }, () => next(ask === 0)));
      const taken = jobs.filter((job) => job !== undefined);
      for (const job of taken) serve(job);
      found += taken.length;
      if (taken.length === asked) {
        ask = Math.max(ask * 2, 1);
        continue;
      }
      if (found > 0) await pause(GATHER_MS);
      ask = found;
      found = 0;
    }
    await Promise.all(slots);
  }

  let renewing = false;
  async function renew(): Promise<void> {
    const ids = [...held.keys()];
    if (renewing || ids.length === 0) return;
    renewing = true;
    const tokens = ids.map(() => token);
    // A lock that was lost is not missed: whoever has the batch now, it is stored once.
    await worker.extendJobLocks(ids, tokens, lockMs).catch(() => undefined);
    renewing = false;
  }

  const renewal = setInterval(() => void renew(), lockMs / 3);
  await worker.startStalledCheckTimer();
  const taking = take();

  async function shut(): Promise<void> {
    stage = 'closing';
    closing.abort();
    // Ends the waiting for a job. The connection is ours, and stays.
    await worker.close(true);
    await Promise.race([Promise.all(slots), sleep(closeMs, undefined, { ref: false })]);
    stage = 'parting';
    for (const leave of held.values()) leave();
    // Where Redis is away it may have no end; the locks run out then, and others take over.
    await Promise.race([taking, sleep(PARTING_MS, undefined, { ref: false })]);
    clearInterval(renewal);
    connection.close();
  }

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    // Otherwise the question would wait for the connection to come back.
    if (!connection.ready()) throw new QueueError('broken', absence(connection));
    return question();
  }

  let shutting: Promise<void> | undefined;
  return {
    running: () => held.size,
    check: () => ask(async () => void (await client.ping())),
    depth: () => ask(() => within(askDepth)),
    close: () => (shutting ??= shut()),
  };
}
