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
import type { Logger } from './logger.ts';

/** How large a log gets before it is put aside, and how many that were put aside are kept. */
export const LOG_LIMIT = 10 * 1024 * 1024;
const KEPT = 5;

export const LOOK_EVERY_MS = 10_000;

/** Makes `path.1` free: what is there becomes `path.2` and so on, and the oldest goes. */
function makeRoom(path: string): string {
  for (let number = KEPT - 1; number > 0; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  return `${path}.1`;
}

/** Whether an open file is the one that is at this path by now. */
export function isAt(path: string, descriptor: number): boolean {
  const [open, there] = [fstatSync(descriptor), statSync(path, { throwIfNoEntry: false })];
  return there?.ino === open.ino && there.dev === open.dev;
}

/** Puts a log aside as `path.1`. Those who have it open go on in it until they open the path again. */
export function putAside(path: string): void {
  // Of several processes that put it aside at the same time, one moves it, and the others fail here.
  const own = `${path}.${process.pid}`;
  renameSync(path, own);
  renameSync(own, makeRoom(path));
}

/**
 * Puts the content of a log aside as `path.1`. The file itself stays where it is and is emptied, because all processes of the
 * server have it open, and append to it.
 */
export function rotateLog(path: string): void {
  const first = makeRoom(path);
  copyFileSync(path, first);
  // What others have written meanwhile.
  const copied = statSync(first).size;
  appendFileSync(first, readFileSync(path).subarray(copied));
  truncateSync(path);
}

/** Keeps the log small, where it is a file of this server's own: the launcher makes one, and nobody else writes there. */
export function startLogRotation(path: string, logger: Logger): void {
  const { fd } = process.stdout;
  if (!fstatSync(fd).isFile() || !isAt(path, fd)) return;
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
