import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from '@monitor-server/contract';
import { StoreError } from '../store.ts';
import type { ThreadMessage, ThreadRequest, ThreadResult, WriterThreadData } from './writer-client.ts';
import { serveWriter, type WriteFault, type WriteRequest } from './writer-socket.ts';
import { openSqliteWriter, type SqliteWriter } from './writer.ts';

/** So many records are merged into one transaction at most, so that none waits long for its commit. */
const MERGE_LIMIT = 5_000;

const port = parentPort;
if (port === null) throw new Error('writer-thread.ts runs as a worker thread');
const { path, socket, retentionDays, tellsCommits } = workerData as WriterThreadData;

/** How often to look whether metrics are too old. */
const EXPIRE_EVERY_MS = 60_000;

/** For about how long some are removed where posts come, and where none do. */
const EXPIRE_BUSY_MS = 10;
const EXPIRE_IDLE_MS = 50;

/** So many times as long as some were removed, posts have the thread to themselves. */
const EXPIRE_REST = 2;

function tell(result: ThreadResult): void {
  port!.postMessage(result);
}

function faultOf(error: unknown): WriteFault {
  const reason = error instanceof StoreError ? error.reason : 'broken';
  return { reason, message: error instanceof Error ? error.message : String(error) };
}

function open(): SqliteWriter {
  try {
    return openSqliteWriter(path, { retentionDays });
  } catch (error) {
    tell({ number: 0, fault: faultOf(error) });
    return process.exit(1);
  }
}

const writer = open();
const waiting: WriteRequest[] = [];
let closing = false;
let expiry: NodeJS.Timeout | undefined;
/** Whether something was written since metrics were last removed. */
let isBusy = false;

/** Writes what has come in while the transaction before was written. */
function writeWaiting(): void {
  const taken: WriteRequest[] = [];
  const batches: Batch[] = [];
  let records = 0;
  while (records < MERGE_LIMIT) {
    const request = waiting.shift();
    if (request === undefined) break;
    try {
      const parsed = JSON.parse(request.batches) as Batch[];
      records += parsed.reduce((sum, batch) => sum + batch.records.length, 0);
      batches.push(...parsed);
      taken.push(request);
    } catch (error) {
      // A request that is none must fail alone, or it would be asked again of every thread that follows.
      request.answer(faultOf(error));
    }
  }
  try {
    writer.write(batches, (commit) => {
      if (tellsCommits && batches.length > 0) port!.postMessage({ commit } satisfies ThreadMessage);
      for (const request of taken) request.answer();
    });
  } catch (error) {
    const fault = faultOf(error);
    for (const request of taken) request.answer(fault);
  }
  // Sockets and messages are read before this runs again, so that what they bring is merged.
  if (waiting.length > 0) setImmediate(writeWaiting);
  else if (closing) close();
}

function take(request: WriteRequest): void {
  isBusy = true;
  waiting.push(request);
  if (waiting.length === 1) setImmediate(writeWaiting);
}

/** Notes when metrics were stored, and removes those that are too old, a few at a time. */
function expire(): void {
  const start = performance.now();
  let rest = EXPIRE_EVERY_MS;
  try {
    const isMore = writer.expire(isBusy ? EXPIRE_BUSY_MS : EXPIRE_IDLE_MS);
    if (isMore) rest = isBusy ? (performance.now() - start) * EXPIRE_REST : 0;
  } catch {
    // A full disk, say, of which the next post tells.
  }
  isBusy = false;
  expiry = setTimeout(expire, rest);
}

function close(): void {
  clearTimeout(expiry);
  server?.close();
  writer.close();
  port!.close();
}

const server = socket === undefined ? undefined : await serveWriter(socket, take);
port.on('message', (request: ThreadRequest) => {
  if ('batches' in request) {
    const { number, batches } = request;
    take({ batches, answer: (fault) => tell({ number, ...(fault && { fault }) }) });
  } else if (waiting.length === 0) close();
  else closing = true;
});
expire();
tell({ number: 0 });
