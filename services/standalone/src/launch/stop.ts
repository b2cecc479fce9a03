import { setTimeout as pause } from 'node:timers/promises';
import { errorCode, settingError, type Settings } from '@monitor-server/runtime/config';
import type { Command } from './command.ts';
import { isAlive, logPath, readRecord, recordPath, release, type Instance } from './record.ts';

const patience = 15_000;
const interval = 50;

/** The running server of a port and log folder, as its pid file has it. */
export const runningServer = (place: Settings<'port' | 'logFolder'>): Instance | undefined => {
  if (place.port === 0)
    throw settingError(place, 'port', 'is no port of a running server; name the one it has with -p');
  const record = readRecord(recordPath(place));
  return record && isAlive(record) ? record : undefined;
};

/** The line for a server that does not run. */
export const absence = (place: Settings<'port' | 'logFolder'>): string =>
  `monitor-server is not running on port ${place.port} (no live process in ${recordPath(place)})`;

/**
 * Asks the server to end and waits until it has. 0: it is gone. 1: there was none, or it is still there. Only
 * ever signals the very process that the pid file was written for.
 */
export const stop = async (
  place: Settings<'port' | 'logFolder'>,
  { say, complain }: Pick<Command, 'say' | 'complain'>,
): Promise<number> => {
  const record = runningServer(place);
  if (record === undefined) {
    complain(absence(place));
    return 1;
  }
  try {
    process.kill(record.pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') {
      complain(
        `monitor-server: cannot stop pid ${record.pid} (${errorCode(error)}); stop it as the user who started it`,
      );
      return 1;
    }
  }
  const deadline = Date.now() + patience;
  while (isAlive(record)) {
    if (Date.now() > deadline) {
      complain(
        `monitor-server: pid ${record.pid} still runs ${patience / 1_000} s after it was asked to stop; ` +
          `see ${logPath(place)}, or end it with kill -9 ${record.pid}`,
      );
      return 1;
    }
    await pause(interval);
  }
  release(recordPath(place), record);
  say(`monitor-server on port ${place.port} has stopped, pid ${record.pid}`);
  return 0;
};
