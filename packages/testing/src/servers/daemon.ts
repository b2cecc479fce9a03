import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import { freeze, killFamily, thaw } from './process.ts';
import { adoptProcess, type Run } from './run.ts';

export type DaemonOptions = {
  run: Run;
  program: string;
  args: readonly string[];
  account: Partial<Account>;
  /** Where it writes what it has to say. */
  log: string;
  /** Whether it takes requests by now. */
  isReady: (pid: number) => Promise<boolean>;
};

export type Daemon = {
  pid: number;
  /** Sends a signal and resolves once the process is gone. */
  end: (signal: NodeJS.Signals) => Promise<void>;
  /** SIGKILL for it and all it started; resolves once they are gone. */
  kill: () => Promise<void>;
  /** SIGSTOP for it and all it started. */
  freeze: () => void;
  /** SIGCONT for it and all it started. */
  thaw: () => void;
};

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const over = async (child: ChildProcess): Promise<void> => {
  if (!isOver(child)) await once(child, 'exit');
};

/** Starts a server in a session of its own, which ends with the run at the latest; resolves once it is ready. */
export const startDaemon = async (options: DaemonOptions): Promise<Daemon> => {
  const log = await open(options.log, 'a');
  const child = spawn(options.program, options.args, {
    ...options.account,
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  // Rejects where the program cannot be started at all.
  await once(child, 'spawn').finally(() => log.close());
  const pid = child.pid ?? 0;
  // A test that forgets to close its server must not hang on it: the guard of the run ends it.
  child.unref();
  await adoptProcess(options.run, pid);

  const deadline = Date.now() + 60_000;
  while (!(await options.isReady(pid))) {
    const late = Date.now() > deadline;
    if (late) await killFamily(pid);
    if (late || isOver(child)) {
      throw new Error(`${options.program} did not start:\n${await readFile(options.log, 'utf8')}`);
    }
    await sleep(10);
  }

  return {
    pid,
    end: async (signal) => {
      child.ref();
      child.kill(signal);
      await over(child);
    },
    kill: async () => {
      // Its pid may be that of somebody else by now.
      if (isOver(child)) return;
      child.ref();
      await killFamily(pid);
      await over(child);
    },
    freeze: () => {
      if (!isOver(child)) freeze(pid);
    },
    thaw: () => {
      if (!isOver(child)) thaw(pid);
    },
  };
};
