import { accessSync, constants, mkdirSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { SpoolCall, SpoolMessage, SpoolRequest, ThreadData } from './client.ts';
import { asQueueError, checkSpoolFolder, spoolFault } from './fault.ts';
import type { Log } from './log.ts';
import { pack } from './payload.ts';
import { createShelf, type Shelf } from './shelf.ts';
import type { SpoolDepth } from './spool.ts';

type Request<Call> = Extract<SpoolCall, { call: Call }> & { number: number };

const port = parentPort!;
const { folder, sizeLimit, sweepMs } = workerData as ThreadData;

function say(message: SpoolMessage): void {
  port.postMessage(message);
}

function open(): Shelf {
  const tell = (level: keyof Log) => (fields: object, message: string) =>
    say({ type: 'log', level, fields, message });
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const shelf = createShelf({
      folder,
      sizeLimit,
      log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
    });
    shelf.sweep();
    return shelf;
  } catch (error) {
    const { reason, message } = spoolFault(error, folder);
    say({ type: 'failed', fault: { reason, message } });
    return process.exit(1);
  }
}

function answer({ number }: SpoolRequest, value?: string[] | SpoolDepth): void {
  say({ type: 'answer', number, value });
}

/** Keeps all of them with one commit; where that fails, each with its own, so that each is told its own fate. */
function append(requests: readonly Request<'append'>[]): void {
  if (requests.length === 0) return;
  try {
    shelf.append(requests.map(({ id, records, json }) => ({ id, records, payload: pack(json) })));
    for (const request of requests) answer(request);
  } catch (error) {
    const [first, ...rest] = requests;
    if (first !== undefined && rest.length === 0) {
      const { reason, message } = asQueueError(error);
      say({ type: 'answer', number: first.number, fault: { reason, message } });
      return;
    }
    for (const request of requests) append([request]);
  }
}

function check({ number }: SpoolRequest): void {
  try {
    checkSpoolFolder(folder);
    say({ type: 'answer', number });
  } catch (error) {
    const { reason, message } = asQueueError(error);
    say({ type: 'answer', number, fault: { reason, message } });
  }
}

function perform(request: Exclude<SpoolRequest, { call: 'append' }>): void {
  switch (request.call) {
    case 'oldest':
      answer(request, shelf.oldest(request.limit));
      break;
    case 'remove':
      shelf.remove(request.ids);
      answer(request);
      break;
    case 'depth':
      answer(request, shelf.depth());
      break;
    case 'check':
      check(request);
      break;
    case 'close':
      clearInterval(sweeping);
      shelf.close();
      answer(request);
      port.close();
      break;
  }
}

/** Serves a request together with all that came in while the one before was served. */
function serve(first: SpoolRequest): void {
  let appends: Request<'append'>[] = [];
  for (let request: SpoolRequest | undefined = first; request !== undefined;) {
    if (request.call === 'append') {
      appends.push(request);
    } else {
      append(appends);
      appends = [];
      perform(request);
    }
    request = receiveMessageOnPort(port)?.message as SpoolRequest | undefined;
  }
  append(appends);
}

const shelf = open();
port.on('message', serve);
const sweeping = setInterval(() => shelf.sweep(), sweepMs);
say({ type: 'ready' });
