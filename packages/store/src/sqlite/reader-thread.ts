import { parentPort, workerData } from 'node:worker_threads';
import { CursorError, StoreError } from '../store.ts';
import type { Question, ReadRequest, ReadResult } from './reader-pool.ts';
import { openSqliteReader } from './reader.ts';

const port = parentPort;
if (port === null) throw new Error('reader-thread.ts runs as a worker thread');
const reader = openSqliteReader((workerData as { path: string }).path);

function valueOf(question: Question): ReadResult['value'] {
  if ('list' in question) return reader.list(question);
  if ('count' in question) return reader.count(question);
  if ('export' in question) return reader.plan(question.export);
  if ('plan' in question) return reader.step(question.plan, question.after);
  if ('batch' in question) return reader.has(question.batch);
  reader.check();
  return undefined;
}

function faultOf(error: Error): ReadResult['fault'] {
  const { message } = error;
  if (error instanceof CursorError) return { kind: 'cursor', message };
  return { kind: error instanceof StoreError ? 'store' : 'other', message };
}

function answer({ number, question }: Extract<ReadRequest, { question: unknown }>): ReadResult {
  try {
    return { number, value: valueOf(question) };
  } catch (error) {
    return { number, fault: faultOf(error as Error) };
  }
}

/** The buffers that can be handed over; small ones share memory with others. */
function buffersOf(value: ReadResult['value']): ArrayBuffer[] {
  if (typeof value !== 'object') return [];
  const arrays = 'items' in value ? [value.items] : 'chunks' in value ? value.chunks : [];
  return arrays
    .filter((array) => array.byteLength === array.buffer.byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
}

port.on('message', (request: ReadRequest) => {
  if ('close' in request) {
    reader.close();
    port.close();
    return;
  }
  const result = answer(request);
  port.postMessage(result, buffersOf(result.value));
});
