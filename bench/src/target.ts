import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { releaseAtExit } from './release.ts';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A server of its own process tree that answers on a loopback port. */
export interface Target {
  pid: number;
  port: number;
  exited: Promise<Exit>;
  /** The last lines it logged. */
  log: () => string[];
  /** Asks it to end; kills the whole tree and fails when it has not after `limit` milliseconds. */
  stop: (limit?: number) => Promise<Exit & { milliseconds: number }>;
  /** Ends whatever is left of the process tree, at once. */
  kill: () => void;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));
const keptLines = 40;

/** A port that nothing listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '0.0.0.0', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

const isReady = (line: string): boolean => {
  try {
    return (JSON.parse(line) as { msg?: unknown }).msg === 'ready';
  } catch {
    return false;
  }
};

/** Keeps the last lines of both outputs in `log`; resolves when one says that the server is ready. */
const watch = (child: ChildProcess, log: string[]): Promise<void> => {
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      if (log.length > keptLines) log.shift();
      if (isReady(line)) ready.resolve();
    });
  }
  return ready.promise;
};

/** Starts `entry`, a path in the repository, and waits until it logs that it is ready. */
export const openTarget = async (
  entry: string,
  port: number,
  env: Record<string, string>,
): Promise<Target> => {
  const log: string[] = [];
  const child = spawn(process.execPath, [entry], {
    cwd: repository,
    env: { ...process.env, ...env, MONITOR_SERVER_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that no child outlives this process, whatever became of its parent.
    detached: true,
  });
  const ready = watch(child, log);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = child.pid as number;
  const kill = releaseAtExit(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The whole group has ended already.
    }
  });
  const outcome = await Promise.race([
    ready.then(() => 'ready'),
    exited.then(({ code, signal }) => `ended with ${code ?? signal}`),
    sleep(30_000, 'was not ready within 30 s', { ref: false }),
  ]);
  if (outcome !== 'ready') {
    kill();
    throw new Error(`${entry} ${outcome}:\n${log.join('\n')}`);
  }
  return {
    pid,
    port,
    exited,
    log: () => [...log],
    stop: async (limit = 15_000) => {
      const begin = performance.now();
      child.kill('SIGTERM');
      const exit = await Promise.race([exited, sleep(limit, undefined, { ref: false })]);
      kill();
      if (!exit) throw new Error(`${entry} did not end within ${limit} ms:\n${log.join('\n')}`);
      return { ...exit, milliseconds: performance.now() - begin };
    },
    kill,
  };
};

export interface ServerOptions {
  /** Of the database and the logs. */
  folder: string;
  workers: number;
  port?: number;
  retentionDays?: number;
}

/** The server under test, on the database in `folder`. */
export const openServer = async ({ folder, workers, port, retentionDays }: ServerOptions): Promise<Target> =>
  openTarget('services/standalone/src/main.ts', port ?? (await freePort()), {
    MONITOR_SERVER_HOST: '127.0.0.1',
    MONITOR_SERVER_DATABASE_URI: `sqlite:///${folder}/monitor.sqlite`,
    MONITOR_SERVER_WORKERS: String(workers),
    MONITOR_SERVER_LOGDIR: folder,
    MONITOR_SERVER_RETENTION_DAYS: retentionDays?.toString() ?? '',
  });

/** What the server is measured against: validates and answers, stores nothing. */
export const openFloor = async (workers: number): Promise<Target> =>
  openTarget('bench/src/floor.ts', await freePort(), { MONITOR_SERVER_WORKERS: String(workers) });
