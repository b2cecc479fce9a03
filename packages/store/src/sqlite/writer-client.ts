import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { StoreError, type Commit, type OnCommit, type StoreWriter } from '../store.ts';
import type { WriteFault } from './writer-socket.ts';

/** What the thread is started with. */
export interface WriterThreadData {
  path: string;
  /** Where other processes hand their batches in. */
  socket?: string | undefined;
  /** How long metrics are kept from when they were stored; without it, for ever. */
  retentionDays?: number | undefined;
  /** Whether to tell of every transaction. */
  tellsCommits: boolean;
}

/** `batches` is `Batch[]` as JSON, so that it is parsed where it is written. */
export type ThreadRequest = { number: number; batches: string } | { close: true };

/** The result 0 says that the writer is open, or why it cannot be. */
export interface ThreadResult {
  number: number;
  fault?: WriteFault;
}

export type ThreadMessage = ThreadResult | { commit: Commit };

/** How the writer works besides where it writes. */
export interface WriterThreadOptions extends Omit<WriterThreadData, 'path' | 'tellsCommits'> {
  onCommit?: OnCommit | undefined;
}

interface Waiting {
  request: Extract<ThreadRequest, { number: number }>;
  resolve: () => void;
  reject: (error: StoreError) => void;
}

const RESTART_DELAY_MS = 200;

/** What its caches need, and no more: V8 grows a heap for as long as there is memory. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/**
 * Opens the writer of a SQLite store in a thread, so that no commit ever holds up a loop that accepts requests.
 * A thread that ends by itself is replaced, and what it had not answered is written again: batch ids make
 * that safe. With a `socket` it takes batches of other processes there too; see `openRemoteWriter`. Rejects where the
 * database cannot be opened.
 */
export async function openWriterThread(
  path: string,
  onCrash: (error: unknown) => void,
  { onCommit, ...options }: WriterThreadOptions = {},
): Promise<StoreWriter> {
  const waiting = new Map<number, Waiting>();
  let lastNumber = 0;
  let closing = false;
  let worker = start();

  function start(): Worker {
    const started = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: { ...options, path, tellsCommits: onCommit !== undefined } satisfies WriterThreadData,
      resourceLimits: HEAP_LIMITS,
    });
    started.on('error', onCrash);
    return started;
  }

  function hear(message: ThreadMessage): void {
    if ('commit' in message) onCommit?.(message.commit);
    else settle(message);
  }

  function settle({ number, fault }: ThreadResult): void {
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
    worker.on('message', hear);
    worker.once('exit', () => void restart());
  }

  await new Promise<void>((resolve, reject) => {
    worker.once('message', ({ fault }: ThreadResult) => {
      if (fault === undefined) resolve();
      else reject(new StoreError(fault.reason, fault.message));
    });
    worker.once('error', reject);
  });
  attend();

  return {
    write(batches) {
      if (closing) return Promise.reject(new StoreError('broken', 'the store is closed'));
      const request = { number: ++lastNumber, batches: JSON.stringify(batches) };
      return new Promise((resolve, reject) => {
        waiting.set(request.number, { request, resolve, reject });
        worker.postMessage(request satisfies ThreadRequest);
      });
    },
    async close() {
      closing = true;
      const exited = once(worker, 'exit');
      worker.postMessage({ close: true } satisfies ThreadRequest);
      await exited;
    },
  };
}
