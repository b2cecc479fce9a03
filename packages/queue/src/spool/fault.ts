import { accessSync, constants, statfsSync } from 'node:fs';
import { QueueError } from '../queue.ts';

/** With less room than this a disk counts as full: some writes that fail then do not say why. */
const LEAST_ROOM = 64 * 1024;

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folder);
    return bavail * bsize < LEAST_ROOM || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

/** Why a spool in that folder takes nothing. */
export function spoolFault(error: unknown, folder: string): QueueError {
  const { code, message } = error as { code?: string; message: string };
  return code === 'SQLITE_FULL' || isFull(folder)
    ? new QueueError('full', `there is no room in the spool folder ${folder}`, { cause: error })
    : new QueueError('broken', `the spool folder ${folder} cannot be written: ${message}`, { cause: error });
}

/** Throws a QueueError where nothing could be written to a spool in that folder now. */
export function checkSpoolFolder(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw spoolFault(error, folder);
  }
  if (isFull(folder)) throw new QueueError('full', `there is no room in the spool folder ${folder}`);
}

/** Whether what was read is not what was written. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test((error as { code?: string }).code ?? '');
}

/** What a queue or a spool failed with, as what it should have failed with. */
export function asQueueError(error: unknown): QueueError {
  return error instanceof QueueError ? error : new QueueError('broken', String(error), { cause: error });
}
