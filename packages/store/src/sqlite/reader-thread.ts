import { parentPort, workerData } from 'node:worker_threads';
import { CursorError } from '../store.ts';
import type { ReadRequest, ReadResult } from './reader-pool.ts';
import { openSqliteReader } from './reader.ts';

const port = parentPort;
if (port === null) throw new Error('reader-thread.ts runs as a worker thread');
const reader = openSqliteReader((workerData as { path: string }).path);

function answer({ number, query }: Extract<ReadRequest, { query: unknown }>): ReadResult {
  try {
    if ('count' in query) return { number, value: reader.count(query) };
    return { number, value: reader.list(query) };
  } catch (error) {
    return { number, fault: (error as Error).message, cursor: error instanceof CursorError };
  }
}

port.on('message', (request: ReadRequest) => {
  if ('close' in request) {
    reader.close();
    port.close();
    return;
  }
  const result = answer(request);
  const items = typeof result.value === 'object' ? result.value.items : undefined;
  // Small buffers share memory with others and cannot be handed over.
  const whole = items !== undefined && items.byteLength === items.buffer.byteLength;
  port.postMessage(result, whole ? [items.buffer as ArrayBuffer] : []);
});
