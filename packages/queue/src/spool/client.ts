import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { QueueError } from '../queue.ts';
import type { Log } from './log.ts';

/** What the thread is told when it starts. */
export interface ThreadData {
  folder: string;
  sizeLimit: number | undefined;
  sweepMs: number;
}

export type SpoolCall =
  | { call: 'append'; id: string; records: number; json: string }
  | { call: 'oldest'; limit: number }
  | { call: 'remove'; ids: readonly string[] }
  | { call: 'depth' }
  | { call: 'check' }
  | { call: 'close' };

export type SpoolRequest = SpoolCall & { number: number };

type Fault = Pick<QueueError, 'reason' | 'message'>;

export type SpoolMessage =
  | { type: 'ready' }
  | { type: 'failed'; fault: Fault }
  | { type: 'log'; level: keyof Log; fields: object; message: string }
  | { type: 'answer'; number: number; value?: unknown; fault?: Fault };

export interface SpoolClient {
  call(call: SpoolCall): Promise<unknown>;
  close(): Promise<void>;
}

interface Waiting {
  request: SpoolRequest;
  /** Threads that ended before they answered it. */
  ends: number;
  resolve: (value: unknown) => void;
  reject: (error: QueueError) => void;
}

/** A request that so many threads did not survive is refused, or it would be asked of every one that follows. */
const MOST_ENDS = 3;

const RESTART_DELAY_MS = 200;

const HEAP_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/**
 * Starts the spool's thread, replaces it where it ends by itself, and asks again what it had not answered. Rejects with
 * a QueueError where it cannot start.
 */
export function openClient(data: ThreadData, log: Log): Promise<SpoolClient> {
  const waiting = new Map<number, Waiting>();
  const opened = Promise.withResolvers<SpoolClient>();
  let lastNumber = 0;
  let worker: Worker | undefined;
  let ready = false;
  let closing = false;
  let closed = false;

  /** Resolves when the thread has ended. */
  function run(): Promise<void> {
    const started = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: data,
      resourceLimits: HEAP_LIMITS,
    });
    worker = started;
    started.on('message', hear);
    started.on('error', (err) => log.error({ err }, 'the spool thread crashed and is replaced'));
    for (const { request } of waiting.values()) started.postMessage(request);
    return new Promise((resolve) => {
      started.once('exit', () => resolve());
    });
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      await run();
      // Where it said why it cannot start, this says nothing more.
      if (!ready) opened.reject(new QueueError('broken', 'the spool thread does not start'));
      if (!ready || closed) return;
      for (const [number, found] of waiting) {
        found.ends++;
        if (found.ends < MOST_ENDS) continue;
        settle(number, undefined, { reason: 'broken', message: 'the spool cannot be used' });
      }
      await sleep(RESTART_DELAY_MS);
      // A close was refused as well.
      if (closed) return;
    }
  }

  function settle(number: number, value: unknown, fault: Fault | undefined): void {
    const found = waiting.get(number);
    waiting.delete(number);
    if (fault === undefined) found?.resolve(value);
    else found?.reject(new QueueError(fault.reason, fault.message));
  }

  function hear(message: SpoolMessage): void {
    switch (message.type) {
      case 'ready':
        ready = true;
        opened.resolve({ call, close });
        break;
      case 'failed':
        if (ready)
          log.error({ folder: data.folder }, `the spool cannot be opened again: ${message.fault.message}`);
        opened.reject(new QueueError(message.fault.reason, message.fault.message));
        break;
      case 'log':
        log[message.level](message.fields, message.message);
        break;
      case 'answer':
        settle(message.number, message.value, message.fault);
        break;
    }
  }

  function call(what: SpoolCall): Promise<unknown> {
    if (closing) return Promise.reject(new QueueError('broken', 'the spool is closed'));
    const request: SpoolRequest = { ...what, number: ++lastNumber };
    return new Promise((resolve, reject) => {
      waiting.set(request.number, { request, ends: 0, resolve, reject });
      worker?.postMessage(request);
    });
  }

  async function close(): Promise<void> {
    const finished = call({ call: 'close' });
    closing = true;
    await finished.catch(() => undefined);
    closed = true;
    await ended;
  }

  const ended = keepRunning();
  return opened.promise;
}
