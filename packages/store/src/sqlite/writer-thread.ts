import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Batch } from '@monitor-server/contract';
import { StoreError } from '../store.ts';
import type { WriteRequest, WriteResult } from './writer-client.ts';
import { openSqliteWriter, type SqliteWriter } from './writer.ts';

/** So many records are merged into one transaction at most, so that none waits long for its commit. */
const MERGE_LIMIT = 5_000;

const port = parentPort;
if (port === null) throw new Error('writer-thread.ts runs as a worker thread');

function open(): SqliteWriter {
  try {
    return openSqliteWriter((workerData as { path: string }).path);
  } catch (error) {
    port!.postMessage({ number: 0, fault: faultOf(error) } satisfies WriteResult);
    return process.exit(1);
  }
}

function faultOf(error: unknown): NonNullable<WriteResult['fault']> {
  const reason = error instanceof StoreError ? error.reason : 'broken';
  return { reason, message: error instanceof Error ? error.message : String(error) };
}

/** Writes a request together with all that came in while the one before was written. */
function write(first: WriteRequest): void {
  const numbers: number[] = [];
  const batches: Batch[] = [];
  let records = 0;
  for (let request: WriteRequest | undefined = first; request !== undefined;) {
    try {
      const parsed = JSON.parse(request.batches) as Batch[];
      records += parsed.reduce((sum, batch) => sum + batch.records.length, 0);
      batches.push(...parsed);
      numbers.push(request.number);
    } catch (error) {
      // A request that is none must fail alone, or it would be asked again of every thread that follows.
      port!.postMessage({ number: request.number, fault: faultOf(error) } satisfies WriteResult);
    }
    request =
      records < MERGE_LIMIT ? (receiveMessageOnPort(port!)?.message as WriteRequest | undefined) : undefined;
    if (request?.close === true) {
      finish(numbers, batches);
      close();
      return;
    }
  }
  finish(numbers, batches);
}

function finish(numbers: readonly number[], batches: readonly Batch[]): void {
  let result: Omit<WriteResult, 'number'> = {};
  try {
    writer.write(batches);
  } catch (error) {
    result = { fault: faultOf(error) };
  }
  for (const number of numbers) port!.postMessage({ number, ...result } satisfies WriteResult);
}

function close(): void {
  writer.close();
  port!.close();
}

const writer = open();
port.on('message', (request: WriteRequest) => (request.close === true ? close() : write(request)));
port.postMessage({ number: 0 } satisfies WriteResult);
