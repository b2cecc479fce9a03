import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { startOf } from './process.ts';

/** One run of the tests: all its processes share their servers, and these end with it. */
export type Run = {
  /** Of the process whose end is the end of the run. */
  pid: number;
  started: string;
  /** Short, of lower-case letters and digits, and unlike that of any other run. */
  id: string;
  /** Everything the run leaves on the disk is in here. */
  folder: string;
};

/** The run of a process that was given the pid at that time. */
export const createRun = (pid: number, started: string): Run => {
  const id = createHash('sha256').update(`${pid} ${started}`).digest('hex').slice(0, 10);
  return { pid, started, id, folder: join(tmpdir(), `monitor-server-tests-${id}`) };
};

const findRun = (): Run => {
  const given = process.env['MONITOR_SERVER_TEST_RUN'];
  // A worker of vitest belongs to the process that started it; anything else is a run of its own.
  const isWorker = process.env['VITEST_WORKER_ID'] !== undefined && isMainThread;
  const pid = given === undefined ? (isWorker ? process.ppid : process.pid) : Number(given);
  const started = startOf(pid);
  if (started === undefined) throw new Error(`there is no process ${pid} that the tests could belong to`);
  return createRun(pid, started);
};

let current: Run | undefined;

/**
 * The run this process belongs to. `MONITOR_SERVER_TEST_RUN`, the pid of another process, puts it into that
 * one's. It stays the same when that process has ended.
 */
export const currentRun = (): Run => (current ??= findRun());

/** Whether the process the run belongs to is still there. */
export const isAlive = (run: Run): boolean => startOf(run.pid) === run.started;

type Kind = 'processes' | 'containers';

const note = async (run: Run, kind: Kind, name: string, text: string): Promise<void> => {
  await mkdir(join(run.folder, kind), { recursive: true });
  await writeFile(join(run.folder, kind, name), text);
};

const notes = async (run: Run, kind: Kind): Promise<string[]> =>
  readdir(join(run.folder, kind)).catch(() => []);

/** Notes that a process must not outlive the run. */
export const adoptProcess = async (run: Run, pid: number): Promise<void> =>
  note(run, 'processes', String(pid), startOf(pid) ?? '');

/** Notes that a container must not outlive the run. */
export const adoptContainer = (run: Run, id: string): Promise<void> => note(run, 'containers', id, '');

/** The processes that were adopted and are still there. */
export const adoptedProcesses = async (run: Run): Promise<number[]> => {
  const alive: number[] = [];
  for (const name of await notes(run, 'processes')) {
    const started = await readFile(join(run.folder, 'processes', name), 'utf8');
    if (startOf(Number(name)) === started) alive.push(Number(name));
  }
  return alive;
};

/** The containers that were adopted, whatever has become of them. */
export const adoptedContainers = (run: Run): Promise<string[]> => notes(run, 'containers');
