import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Log } from '../src/pipeline.ts';

/** For what a thread or a timer does by itself: looked at often, and for long where the machine is busy. */
export const SOON = { interval: 2, timeout: 20_000 };

export interface NotedLog extends Log {
  readonly lines: { level: keyof Log; fields: object; message: string }[];
}

/** A log whose lines can be looked at. */
export function createLog(): NotedLog {
  const lines: NotedLog['lines'] = [];
  const note = (level: keyof Log) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, info: note('info'), warn: note('warn'), error: note('error') };
}

/** Gives a new folder each time; all go when the tests of the file have ended. */
export function createFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'spool-'));
  let folders = 0;
  afterAll(() => rmSync(root, { recursive: true }));
  return () => join(root, String(folders++));
}

/** The spool files in a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
}

/** A process with spools of its own. */
export interface SpoolProcess {
  readonly pid: number;
  /** The ids of the batches that it took over from others, and out of its spools. */
  readonly found: string[];
  /** The ids of those that it then put in. */
  readonly added: string[];
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
}

/**
 * Starts a process that opens so many spools on a folder, drains them, and then puts so many batches into each. It
 * lives until it is killed.
 */
export async function startSpoolProcess(
  folder: string,
  spools: number,
  batches: number,
): Promise<SpoolProcess> {
  const script = fileURLToPath(new URL('spool-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder, String(spools), String(batches)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const ended = exited.then(() => Promise.reject(new Error('the process with the spools ended')));
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [
    { found: string[]; added: string[] },
  ];
  return {
    ...told,
    pid: child.pid ?? 0,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
