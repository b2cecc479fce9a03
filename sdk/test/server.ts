import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Server {
  /** Scheme, host and port, no slash at the end. */
  base: string;
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('../../services/standalone/src/main.ts', import.meta.url));

function urlOf(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
  return msg === 'ready' ? url?.replace(/\/+$/, '') : undefined;
}

/**
 * Starts a real server on a free port over an empty database. The SDK may depend on the contract alone, so it is
 * started as any user would, and nothing of it is imported.
 */
export async function startServer(env: Record<string, string> = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'monitor-sdk-'));
  const child = spawn(process.execPath, [ENTRY], {
    cwd: folder,
    // Its own process group, so that no child of it outlives a test.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: join(tmpdir(), 'monitor-server-compile-cache'),
      MONITOR_SERVER_HOST: '127.0.0.1',
      MONITOR_SERVER_PORT: '0',
      MONITOR_SERVER_DATABASE_URI: `sqlite:///${join(folder, 'monitor.sqlite')}`,
      MONITOR_SERVER_WORKERS: '1',
      MONITOR_SERVER_LOGDIR: folder,
      ...env,
    },
  });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  };
  process.once('exit', kill);
  const exited = once(child, 'exit').finally(() => process.off('exit', kill));
  const written: string[] = [];
  let base: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    written.push(line);
    base = urlOf(line);
    if (base !== undefined) break;
  }
  child.stdout.resume();
  if (base === undefined) throw new Error(`the server did not start:\n${written.join('\n')}`);
  return {
    base,
    async stop() {
      child.kill('SIGTERM');
      const deadline = setTimeout(kill, 10_000);
      await exited;
      clearTimeout(deadline);
      kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
