import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '@monitor-server/runtime/config';
import { birth } from './process.ts';

/** What the pid file says: the number alone on the first line, the rest as JSON on the second. */
export interface Instance {
  readonly pid: number;
  /** Tells the process from a later one with the same number. */
  readonly birth: string;
  /** ISO time of the start. */
  readonly since: string;
  /** `starting` carries the launcher's pid, `running` the server's. */
  readonly phase: 'starting' | 'running';
  /** Base URL on this machine. */
  readonly url: string;
}

export interface Place {
  readonly port: number;
  readonly logFolder: string;
}

export const recordPath = ({ port, logFolder }: Place): string =>
  join(logFolder, `monitor-server-${port}.pid`);
export const logPath = ({ port, logFolder }: Place): string => join(logFolder, `monitor-server-${port}.log`);

/** A record of a process that runs now. */
export const recordOf = (pid: number, phase: Instance['phase'], url: string): Instance => ({
  pid,
  birth: birth(pid) ?? '',
  since: new Date().toISOString(),
  phase,
  url,
});

const text = ({ pid, ...rest }: Instance): string => `${pid}\n${JSON.stringify(rest)}\n`;

/** The record at a path, `undefined` where there is none or it cannot be understood. */
export const readRecord = (path: string): Instance | undefined => {
  try {
    const [first = '', second = ''] = readFileSync(path, 'utf8').split('\n');
    const pid = Number(first);
    const rest: unknown = JSON.parse(second);
    if (!Number.isSafeInteger(pid) || pid < 1 || typeof rest !== 'object' || rest === null) return undefined;
    const { birth, since, phase, url } = rest as Partial<Instance>;
    if (typeof birth !== 'string' || typeof since !== 'string' || typeof url !== 'string') return undefined;
    return { pid, birth, since, phase: phase === 'starting' ? phase : 'running', url };
  } catch {
    return undefined;
  }
};

/** Whether the very process a record speaks of still runs. */
export const isAlive = ({ pid, birth: recorded }: Instance): boolean =>
  recorded !== '' && birth(pid) === recorded;

// Between its creation and its first write a pid file is empty.
const isFresh = (path: string): boolean => {
  try {
    return Date.now() - statSync(path).mtimeMs < 2_000;
  } catch {
    return false;
  }
};

/**
 * Puts a record where none of a running process is, for one launcher only when several try at once; a stale
 * file is replaced. Gives back the record that was in the way, or `undefined` on success.
 */
export const claim = (path: string, record: Instance): Instance | 'starting' | undefined => {
  for (;;) {
    try {
      writeFileSync(path, text(record), { flag: 'wx' });
      return undefined;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const found = readRecord(path);
    if (found && isAlive(found)) return found;
    if (!found && isFresh(path)) return 'starting';
    rmSync(path, { force: true });
  }
};

/** Replaces a claimed record in one step. */
export const replace = (path: string, record: Instance): void => {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text(record));
  renameSync(draft, path);
};

/** Removes the record of a process, unless it is another's by now. */
export const release = (path: string, { pid, birth }: Instance): void => {
  const found = readRecord(path);
  if (found?.pid === pid && found.birth === birth) rmSync(path, { force: true });
};
