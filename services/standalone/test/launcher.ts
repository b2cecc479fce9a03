import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { launch as run } from '../src/launch/command.ts';
import { birth } from '../src/launch/process.ts';

export const script = fileURLToPath(new URL('../../../scripts/launch-monitor-server.sh', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Folder {
  readonly path: string;
  /** Runs the launch script, or the one at `command`, in this folder, which is also the log folder. */
  readonly launch: (
    argv: readonly string[],
    options?: { env?: Record<string, string>; command?: string },
  ) => Promise<Outcome>;
  /** Does what the script would, in this process, which takes no time; starts nothing. */
  readonly command: (argv: readonly string[]) => Promise<Outcome>;
}

/** Processes that have ended and that nobody collects do not count. */
export const isRunning = (pid: number): boolean => birth(pid) !== undefined;

const end = (path: string): void => {
  for (const name of readdirSync(path).filter((name) => name.endsWith('.pid'))) {
    const pid = Number(readFileSync(join(path, name), 'utf8').split('\n')[0]);
    try {
      if (pid > 1) process.kill(-pid, 'SIGKILL');
    } catch {
      // The test has stopped it, as it should.
    }
  }
};

/** A folder of the test file's own; what its pid files name when the file ends does not outlive it. */
export const folder = (): Folder => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'launch-')));
  afterAll(() => {
    end(path);
    rmSync(path, { recursive: true, force: true });
  });
  const launch: Folder['launch'] = async (argv, { env = {}, command = script } = {}) => {
    const child = spawn(command, argv, {
      cwd: path,
      // One process is enough to be launched, and it starts in half the time of many.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, MONITOR_SERVER_WORKERS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, out, err };
  };
  const command: Folder['command'] = async (argv) => {
    const written = { out: '', err: '' };
    const code = await run({
      argv,
      env: {},
      cwd: path,
      entry: join(path, 'nothing-is-started'),
      patience: 0,
      say: (line) => (written.out += `${line}\n`),
      complain: (line) => (written.err += `${line}\n`),
    });
    return { code, ...written };
  };
  return { path, launch, command };
};

/** A port nobody listens on at this moment. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};
