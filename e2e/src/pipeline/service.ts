import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { releaseAtExit } from '@monitor-server/bench/release';
import { within } from '../patience.ts';

export interface Exit {
  code: number | null;
  milliseconds: number;
}

/** A process that is started again and again, on the same port and with the same environment. */
export interface Service {
  name: string;
  port: number;
  /** Resolves when it has logged that it is ready. */
  start: () => Promise<void>;
  /** SIGTERM, and SIGKILL where that is not obeyed in time; resolves when the process is gone. */
  stop: () => Promise<Exit>;
  /** SIGKILL for it and all it started; resolves when the process is gone. */
  kill: () => Promise<void>;
  /** How often it ended though nobody had asked it to. */
  crashes: () => number;
  /** All that it has logged in all its lives. */
  log: () => string;
}

export interface ServiceOptions {
  name: string;
  /** A path in the repository. */
  entry: string;
  port: number;
  env: Record<string, string>;
  /** Where its log goes. */
  folder: string;
}

interface Life {
  child: ChildProcess;
  gone: Promise<void>;
  killAll: () => void;
  /** Ends asked for are no crashes. */
  isDoomed: boolean;
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const startLimit = 30_000;
const stopLimit = 15_000;

export const createService = ({ name, entry, port, env, folder }: ServiceOptions): Service => {
  const path = join(folder, `${name}.log`);
  const log = (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  let crashes = 0;
  let life: Life | undefined;

  const begin = (): Life => {
    const file = openSync(path, 'a');
    const child = spawn(process.execPath, [entry], {
      cwd: repository,
      env: {
        PATH: process.env['PATH'],
        // Halves the time that it is away.
        NODE_COMPILE_CACHE: join(tmpdir(), 'monitor-server-compile-cache'),
        ...env,
        MONITOR_SERVER_PORT: String(port),
      },
      stdio: ['ignore', file, file],
      // A group of its own, so that nothing it starts outlives it.
      detached: true,
    });
    closeSync(file);
    const killAll = releaseAtExit(() => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL');
      } catch {
        // The whole group has ended already.
      }
    });
    const gone = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => resolve());
    });
    const begun: Life = { child, gone, killAll, isDoomed: false };
    child.once('exit', () => {
      if (!begun.isDoomed) crashes++;
    });
    return begun;
  };

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (!life) return null;
    const { child, gone, killAll } = life;
    life.isDoomed = true;
    if (signal === 'SIGTERM') {
      child.kill('SIGTERM');
      await Promise.race([gone, sleep(stopLimit, undefined, { ref: false })]);
    }
    killAll();
    await gone;
    life = undefined;
    return child.exitCode;
  };

  return {
    name,
    port,
    start: async () => {
      const from = log().length;
      const begun = (life = begin());
      const isOver = (): boolean => begun.child.exitCode !== null || begun.child.signalCode !== null;
      const isReady = (): boolean => log().slice(from).includes('"msg":"ready"');
      await within(startLimit, () => isReady() || isOver());
      if (isReady() && !isOver()) return;
      await end('SIGKILL');
      throw new Error(`${name} did not start:\n${log().slice(from)}`);
    },
    stop: async () => {
      const asked = performance.now();
      const code = await end('SIGTERM');
      return { code, milliseconds: performance.now() - asked };
    },
    kill: async () => {
      await end('SIGKILL');
    },
    crashes: () => crashes,
    log,
  };
};
