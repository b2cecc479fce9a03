import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { isAt, LOG_LIMIT, LOOK_EVERY_MS, putAside } from './rotation.ts';

/**
 * Appends to an open file. What cannot be written is left out: the disk of the log being full is no reason to end, or to wait
 * for room, as the destinations of pino do.
 */
export function appendTo(descriptor: () => number): DestinationStream {
  let isTorn = false;
  return {
    write(line) {
      const bytes = Buffer.from(isTorn ? `\n${line}` : line);
      try {
        isTorn = writeSync(descriptor(), bytes) < bytes.length;
      } catch {
        // There is nowhere else to say so.
      }
    },
  };
}

/**
 * Opens a log that any number of processes may append to, and keeps it small: from 10 MB on it is put aside by one of them.
 * Throws where the file cannot be written.
 */
export function openLogFile(path: string): DestinationStream {
  let file = openSync(path, 'a');

  function look(): void {
    if (isAt(path, file)) {
      if (fstatSync(file).size <= LOG_LIMIT) return;
      putAside(path);
    }
    const next = openSync(path, 'a');
    closeSync(file);
    file = next;
  }

  const timer = setInterval(() => {
    try {
      look();
    } catch {
      // Another process put it aside just now, or the folder cannot be written: it is looked at again.
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return appendTo(() => file);
}
