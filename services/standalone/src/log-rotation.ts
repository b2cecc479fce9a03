import {
  appendFileSync,
  copyFileSync,
  existsSync,
  fstatSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import type { Logger } from '@monitor-server/runtime';

/** How large the log gets before it is put aside, and how many that were put aside are kept. */
export const LOG_LIMIT = 10 * 1024 * 1024;
const KEPT = 5;

const LOOK_EVERY_MS = 10_000;

/**
 * Puts the content of a log aside, as `path.1`, the one before as `path.2` and so on. The file itself stays where it is and
 * is emptied, because all processes of the server have it open, and append to it.
 */
export function rotateLog(path: string): void {
  for (let number = KEPT - 1; number > 0; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  const first = `${path}.1`;
  copyFileSync(path, first);
  // What others have written meanwhile.
  const copied = statSync(first).size;
  appendFileSync(first, readFileSync(path).subarray(copied));
  truncateSync(path);
}

/** Whether standard output goes to this file. */
function isOutput(path: string): boolean {
  const output = fstatSync(process.stdout.fd);
  const file = statSync(path, { throwIfNoEntry: false });
  return output.isFile() && file?.ino === output.ino && file.dev === output.dev;
}

/** Keeps the log small, where it is a file of this server's own: the launcher makes one, and nobody else writes there. */
export function startLogRotation(path: string, logger: Logger): void {
  if (!isOutput(path)) return;
  const timer = setInterval(() => {
    try {
      if (statSync(path).size > LOG_LIMIT) rotateLog(path);
    } catch (err) {
      clearInterval(timer);
      logger.warn({ err, path }, 'the log cannot be put aside, and goes on growing');
    }
  }, LOOK_EVERY_MS);
  timer.unref();
}
