import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CursorError, type CountQuery, type ListPage, type ListQuery, type StoreReader } from '../store.ts';

export type ReadRequest = { number: number; query: ListQuery | CountQuery } | { close: true };

export interface ReadResult {
  number: number;
  value?: ListPage | number | undefined;
  fault?: string;
  /** The fault is a CursorError. */
  cursor?: boolean;
}

/** Enough for the largest page; a query that needs more ends its thread and fails alone. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };

interface Waiting {
  request: Extract<ReadRequest, { query: unknown }>;
  resolve: (value: ListPage | number | undefined) => void;
  reject: (error: Error) => void;
}

interface Reader {
  worker: Worker;
  current: Waiting | undefined;
}

/**
 * Reads a SQLite store in threads, one query each at a time. Finished answers come back as buffers, so that a
 * long read costs the caller's loop nothing. A thread that ends by itself is replaced; its query fails.
 */
export function openReaderPool(
  path: string,
  threads: number,
  onCrash: (error: unknown) => void,
): StoreReader {
  const queue: Waiting[] = [];
  const readers = new Set<Reader>();
  let lastNumber = 0;
  let closing = false;

  function start(): void {
    const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
      workerData: { path },
      resourceLimits: HEAP_LIMITS,
    });
    const reader: Reader = { worker, current: undefined };
    readers.add(reader);
    let failed: unknown;
    worker.on('message', (result: ReadResult) => settle(reader, result));
    worker.on('error', (error) => {
      failed = error;
      onCrash(error);
    });
    worker.once('exit', () => {
      readers.delete(reader);
      // A query that ends its thread would end the next one too.
      reader.current?.reject(new Error('the reader thread ended', { cause: failed }));
      if (!closing) setTimeout(start, 100).unref();
    });
    serve();
  }

  function settle(reader: Reader, { value, fault, cursor }: ReadResult): void {
    const { current } = reader;
    reader.current = undefined;
    if (fault === undefined) current?.resolve(value);
    else current?.reject(cursor === true ? new CursorError() : new Error(fault));
    serve();
  }

  function serve(): void {
    for (const reader of readers) {
      if (reader.current !== undefined) continue;
      const next = queue.shift();
      if (next === undefined) return;
      reader.current = next;
      reader.worker.postMessage(next.request);
    }
  }

  function read(query: ListQuery | CountQuery): Promise<ListPage | number | undefined> {
    return new Promise((resolve, reject) => {
      queue.push({ request: { number: ++lastNumber, query }, resolve, reject });
      serve();
    });
  }

  for (let started = 0; started < threads; started++) start();

  return {
    list: async (query) => (await read(query)) as ListPage | undefined,
    count: async (query) => (await read(query)) as number,
    async close() {
      closing = true;
      await Promise.all(
        [...readers].map(async ({ worker }) => {
          const exited = once(worker, 'exit');
          worker.postMessage({ close: true } satisfies ReadRequest);
          await exited;
        }),
      );
    },
  };
}
