import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type ServerOptions = {
  /** The module that starts the server; this package may not know any service. */
  entry: URL;
  /** Its command line; flags beat what is in `env`. */
  args?: readonly string[];
  pageSize?: number;
  workers?: number;
  env?: Record<string, string>;
  /** The folder of an earlier server whose data this one goes on with; it outlives this server. */
  folder?: string;
};

export type Server = {
  /** Scheme, host and port, no slash at the end. */
  base: string;
  /** The same of the management port, where it has one. */
  management: string;
  pid: number;
  folder: string;
  database: string;
  /** Everything it has written so far. */
  output: () => string;
  /** SIGTERM; resolves with the exit code once the process and, unless it was given, its folder are gone. */
  stop: () => Promise<number | null>;
  /** SIGKILL for the process and all its children; the folder stays. */
  kill: () => Promise<void>;
};

type Ready = { msg?: string; url?: string; management?: string };

const trimmed = (url = ''): string => url.replace(/\/+$/, '');

const parse = (line: string): Ready => {
  try {
    const value: Ready | null = JSON.parse(line);
    return value ?? {};
  } catch {
    return {};
  }
};

/** Starts a real server on a free port over its own SQLite file, and resolves once it says it is ready. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'monitor-server-')));
  const database = join(folder, 'monitor.sqlite');
  const child = spawn(process.execPath, [fileURLToPath(options.entry), ...(options.args ?? [])], {
    cwd: folder,
    // Its own process group, so that no child of it survives a test that kills it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      // Halves the time to readiness, which a suite pays once per file.
      NODE_COMPILE_CACHE: join(tmpdir(), 'monitor-server-compile-cache'),
      MONITOR_SERVER_HOST: '127.0.0.1',
      MONITOR_SERVER_PORT: '0',
      MONITOR_SERVER_DATABASE_URI: `sqlite:///${database}`,
      MONITOR_SERVER_WORKERS: String(options.workers ?? 1),
      MONITOR_SERVER_PAGINATION_COUNT: String(options.pageSize ?? 500),
      ...options.env,
    },
  });
  const written: string[] = [];
  const output = () => written.join('\n');
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  const reap = () => signal('SIGKILL');
  process.once('exit', reap);
  const exited = once(child, 'exit').finally(() => process.off('exit', reap));

  const dispose = async () => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  const ready = new Promise<Ready>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the server ${why}:\n${output()}`));
    const timer = setTimeout(() => {
      reap();
      fail('was not ready within 30 s');
    }, 30_000);
    const settle = () => clearTimeout(timer);
    child.once('error', reject);
    child.once('exit', (code) => {
      settle();
      fail(`ended with ${code} before it was ready`);
    });
    createInterface(child.stderr).on('line', (line) => written.push(line));
    createInterface(child.stdout).on('line', (line) => {
      written.push(line);
      const found = parse(line);
      if (found.msg !== 'ready') return;
      settle();
      resolve(found);
    });
  });
  const { url, management } = await ready.catch(async (error: unknown) => {
    await dispose();
    throw error;
  });

  return {
    base: trimmed(url),
    management: trimmed(management),
    pid: child.pid ?? 0,
    folder,
    database,
    output,
    stop: async () => {
      // Only the first process, as a process manager does it; it must end its own children.
      child.kill('SIGTERM');
      const deadline = setTimeout(reap, 15_000);
      await exited;
      clearTimeout(deadline);
      reap();
      await dispose();
      return child.exitCode;
    },
    kill: async () => {
      reap();
      await exited;
    },
  };
};
