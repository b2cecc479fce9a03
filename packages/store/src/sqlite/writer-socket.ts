import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import { StoreError } from '../store.ts';

/** Why a request was not written. */
export interface WriteFault {
  reason: StoreError['reason'];
  message: string;
}

/** `Batch[]` as JSON, and whom to tell when they are written or refused. */
export interface WriteRequest {
  batches: string;
  answer(fault?: WriteFault): void;
}

const NEWLINE = 0x0a;
const RECONNECT_MS = 20;

/** Calls `take` with every line that a socket gives; a line begins with a number and a blank. JSON has no line feeds. */
function readLines(socket: Socket, take: (number: number, text: string) => void): void {
  let pieces: Buffer[] = [];
  socket.on('data', (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end));
      const line = (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString();
      pieces = [];
      start = end + 1;
      const blank = line.indexOf(' ');
      take(Number(line.slice(0, blank)), line.slice(blank + 1));
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  });
}

/** Takes requests of other processes on a unix socket, one a line. Replaces a socket that was left behind. */
export async function serveWriter(
  path: string,
  take: (request: WriteRequest) => void,
): Promise<{ close(): void }> {
  const sockets = new Set<Socket>();
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    readLines(socket, (number, batches) => {
      take({
        batches,
        answer: (fault) => socket.write(`${number} ${fault === undefined ? '' : JSON.stringify(fault)}\n`),
      });
    });
  }).listen(path);
  await once(server, 'listening');
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.end();
    },
  };
}

/** The writer of another process. */
export interface RemoteWriter {
  /** As `StoreWriter.write`. Waits for a writer that is being replaced, and asks again: batch ids make that safe. */
  write(batches: readonly Batch[]): Promise<void>;
  close(): void;
}

interface Waiting {
  line: string;
  resolve: () => void;
  reject: (error: StoreError) => void;
}

/** Connects to a writer that `serveWriter` offers at `path`, and again whenever the connection is lost. */
export function openRemoteWriter(path: string): RemoteWriter {
  const waiting = new Map<number, Waiting>();
  let lastNumber = 0;
  let closing = false;
  let socket = open();

  function settle(number: number, text: string): void {
    const found = waiting.get(number);
    waiting.delete(number);
    if (text === '') return found?.resolve();
    const { reason, message } = JSON.parse(text) as WriteFault;
    found?.reject(new StoreError(reason, message));
  }

  function open(): Socket {
    const opened = connect(path);
    opened.on('error', () => opened.destroy());
    opened.on('close', () => void reopen());
    readLines(opened, settle);
    return opened;
  }

  async function reopen(): Promise<void> {
    await sleep(RECONNECT_MS, undefined, { ref: false });
    if (closing) return;
    socket = open();
    for (const { line } of waiting.values()) socket.write(line);
  }

  return {
    write(batches) {
      const number = ++lastNumber;
      const line = `${number} ${JSON.stringify(batches)}\n`;
      return new Promise((resolve, reject) => {
        waiting.set(number, { line, resolve, reject });
        // What is written to a socket that was lost goes out again with all that waits.
        if (socket.writable) socket.write(line);
      });
    },
    close() {
      closing = true;
      socket.destroy();
    },
  };
}
