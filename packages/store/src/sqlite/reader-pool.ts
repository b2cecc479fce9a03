import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  CursorError,
  StoreError,
  type CountQuery,
  type ExportQuery,
  type ListPage,
  type ListQuery,
  type StoreReader,
} from '../store.ts';
import type { ExportPlan } from './export-plan.ts';
import type { ExportStep } from './export-step.ts';

/** What a reader thread is asked. */
export type Question =
  | ListQuery
  | CountQuery
  | { batch: string }
  | { check: true }
  | { export: ExportQuery }
  | { plan: ExportPlan; after: number };

export type ReadRequest = { number: number; question: Question } | { close: true };

export interface ReadResult {
  number: number;
  value?: ListPage | number | boolean | ExportPlan | ExportStep | undefined;
  /** What was thrown instead: a CursorError, a StoreError, or something else. */
  fault?: { kind: 'cursor' | 'store' | 'other'; message: string } | undefined;
}

function errorOf({ kind, message }: NonNullable<ReadResult['fault']>): Error {
  if (kind === 'cursor') return new CursorError();
  return kind === 'store' ? new StoreError('broken', message) : new Error(message);
}

/** Enough for the largest page; a query that needs more ends its thread and fails alone. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };

interface Waiting {
  request: Extract<ReadRequest, { question: unknown }>;
  resolve: (value: ReadResult['value']) => void;
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
  /** Steps of exports, of which there is always another: they wait for all else and leave a thread to it. */
  const steps: Waiting[] = [];
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

  function settle(reader: Reader, { value, fault }: ReadResult): void {
    const { current } = reader;
    reader.current = undefined;
    if (fault === undefined) current?.resolve(value);
    else current?.reject(errorOf(fault));
    serve();
  }

  function isStep(waiting: Waiting | undefined): boolean {
    return waiting !== undefined && 'plan' in waiting.request.question;
  }

  function nextStep(): Waiting | undefined {
    const running = [...readers].filter(({ current }) => isStep(current)).length;
    return running < Math.max(1, threads - 1) ? steps.shift() : undefined;
  }

  function serve(): void {
    for (const reader of readers) {
      if (reader.current !== undefined) continue;
      const next = queue.shift() ?? nextStep();
      if (next === undefined) return;
      reader.current = next;
      reader.worker.postMessage(next.request);
    }
  }

  async function ask<T extends ReadResult['value']>(question: Question): Promise<T> {
    const value = await new Promise<ReadResult['value']>((resolve, reject) => {
      const waiting = { request: { number: ++lastNumber, question }, resolve, reject };
      (isStep(waiting) ? steps : queue).push(waiting);
      serve();
    });
    return value as T;
  }

  /** Reads one step ahead of who takes the chunks. */
  async function* exportChunks(query: ExportQuery): AsyncGenerator<Uint8Array> {
    const plan = await ask<ExportPlan>({ export: query });
    if (plan.head !== '') yield Buffer.from(plan.head);
    let step: ExportStep | undefined = await ask<ExportStep>({ plan, after: 0 });
    while (step !== undefined) {
      const following: Promise<ExportStep> | undefined =
        step.next === undefined ? undefined : ask<ExportStep>({ plan, after: step.next });
      // Whoever stops taking chunks does not mind.
      following?.catch(() => undefined);
      yield* step.chunks;
      step = await following;
    }
  }

  for (let started = 0; started < threads; started++) start();

  return {
    list: (query) => ask<ListPage | undefined>(query),
    count: (query) => ask<number>(query),
    export: exportChunks,
    has: (batch) => ask<boolean>({ batch }),
    check: () => ask<undefined>({ check: true }),
    usage() {
      const used = [...readers].filter(({ current }) => current !== undefined).length;
      const pool = { name: 'threads', used, idle: readers.size - used, waiting: queue.length + steps.length };
      return { pools: [pool], replicas: [] };
    },
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
