import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { StoreError, type StoreWriter } from '../store.ts';

export interface WriteRequest {
  number: number;
  /** `Batch[]` as JSON: parsed once, where it is written, however many processes it passes. */
  batches: string;
  close?: true;
}

/** The result 0 says that the writer is open, or why it cannot be. */
export interface WriteResult {
  number: number;
  fault?: { reason: StoreError['reason']; message: string };
}

/** A writer in a thread, which also takes batches that are JSON already. */
export interface WriterThread extends StoreWriter {
  /** `write` for `Batch[]` as JSON. */
  writeJson(batches: string): Promise<void>;
}

interface Waiting {
  request: WriteRequest;
  resolve: () => void;
  reject: (error: StoreError) => void;
}

const RESTART_DELAY_MS = 200;

/** What its caches need, and no more: V8 grows a heap for as long as there is memory. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/**
 * Opens the writer of a SQLite store in a thread, so that no commit ever holds up a loop that accepts requests.
 * A thread that ends by itself is replaced, and what it had not answered is written again: batch ids make
 * that safe. Rejects where the database cannot be opened.
 */
export async function openWriterThread(
  path: string,
  onCrash: (error: unknown) => void,
): Promise<WriterThread> {
  const waiting = new Map<number, Waiting>();
  let lastNumber = 0;
  let closing = false;
  let worker = start();

  function start(): Worker {
    const started = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: { path },
      resourceLimits: HEAP_LIMITS,
    });
    started.on('error', onCrash);
    return started;
  }

  function settle({ number, fault }: WriteResult): void {
    if (number === 0 && fault !== undefined) onCrash(new StoreError(fault.reason, fault.message));
    const found = waiting.get(number);
    if (found === undefined) return;
    waiting.delete(number);
    if (fault === undefined) found.resolve();
    else found.reject(new StoreError(fault.reason, fault.message));
  }

  async function restart(): Promise<void> {
    if (closing) return;
    await sleep(RESTART_DELAY_MS);
    worker = start();
    attend();
    for (const { request } of waiting.values()) worker.postMessage(request);
  }

  function attend(): void {
    worker.on('message', settle);
    worker.once('exit', () => void restart());
  }

  await new Promise<void>((resolve, reject) => {
    worker.once('message', ({ fault }: WriteResult) => {
      if (fault === undefined) resolve();
      else reject(new StoreError(fault.reason, fault.message));
    });
    worker.once('error', reject);
  });
  attend();

  function writeJson(batches: string): Promise<void> {
    if (closing) return Promise.reject(new StoreError('broken', 'the store is closed'));
    const request: WriteRequest = { number: ++lastNumber, batches };
    return new Promise((resolve, reject) => {
      waiting.set(request.number, { request, resolve, reject });
      worker.postMessage(request);
    });
  }

  return {
    writeJson,
    write: (batches) => writeJson(JSON.stringify(batches)),
    async close() {
      closing = true;
      const exited = once(worker, 'exit');
      worker.postMessage({ number: 0, batches: '[]', close: true } satisfies WriteRequest);
      await exited;
    },
  };
}
