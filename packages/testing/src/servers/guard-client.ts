import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isCode } from './error-code.ts';
import { currentRun, type Run } from './run.ts';

/** Where Redis servers of a test's own run. */
export type RedisHome = { in: 'process'; program: string } | { in: 'container' };

/** What the guard can be asked for, by the path of the request. */
export type Offers = {
  /** The shared PostgreSQL, as a superuser. */
  '/postgres': { uri: string };
  /** The shared Redis. */
  '/redis': { uri: string };
  /** A folder with `initdb` and `postgres`, and a fresh data folder they made; both are to be left alone. */
  '/postgres/programs': { programs: string; pristine: string };
  '/redis/home': RedisHome;
  '/pgbouncer/program': { program: string };
  '/nginx/program': { program: string };
};

/** Where the guard of a run listens. */
export const socketOf = (run: Run): string => join(run.folder, 'guard.sock');

const logOf = (run: Run): string => join(run.folder, 'guard.log');

const call = <T>(socketPath: string, path: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (incoming.statusCode !== 200) reject(new Error(text));
        else resolve(JSON.parse(text) as T);
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

/** True for the one process of the run that comes first. */
const claim = async (run: Run): Promise<boolean> => {
  try {
    // Servers that run under another account have their folders in it; nobody else needs to list them.
    await mkdir(run.folder, { mode: 0o711 });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
};

const startGuard = async (run: Run): Promise<void> => {
  const log = await open(logOf(run), 'a');
  const guard = fileURLToPath(new URL('guard.ts', import.meta.url));
  spawn(process.execPath, [guard, String(run.pid), run.started], {
    // Ctrl-C and whoever kills the process group of the tests must not meet it.
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd],
  }).unref();
  await log.close();
};

/**
 * Asks the guard of this run, which the first to ask starts. It boots and installs each thing once, for whoever
 * asks first, so that an answer may take as long as an installation does.
 */
export const ask = async <Path extends keyof Offers>(path: Path, query = ''): Promise<Offers[Path]> => {
  const run = currentRun();
  if (await claim(run)) await startGuard(run);
  for (let tries = 0; ; tries++) {
    try {
      return await call(socketOf(run), path + query);
    } catch (error) {
      if (!isCode(error, 'ENOENT', 'ECONNREFUSED')) throw error;
      if (tries === 1000) {
        const log = await readFile(logOf(run), 'utf8').catch(() => '');
        throw new Error(`the process that starts the servers of the tests is gone:\n${log}`, {
          cause: error,
        });
      }
      await sleep(20);
    }
  }
};

/** Whether something can be had here; where not, `why` says so in one line. */
export type Availability = { here: true } | { here: false; why: string };

/** Whether the guard can give what it is asked for; as root on a system with apt-get this installs it. */
export const isOffered = async (path: keyof Offers): Promise<Availability> => {
  try {
    await ask(path);
    return { here: true };
  } catch (error) {
    return { here: false, why: error instanceof Error ? error.message : String(error) };
  }
};
