import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { unprivileged } from './account.ts';

const execute = promisify(execFile);

/** The folders on PATH. */
export const path = (): string[] =>
  (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');

/** Folders for programs that are often missing on PATH. */
const usual = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin', '/opt/homebrew/opt/pgbouncer/bin'];

/** Where a program lies, on PATH or in a usual folder. */
export const findProgram = (name: string): string | undefined =>
  [...path(), ...usual].map((folder) => join(folder, name)).find((path) => existsSync(path));

/** Runs a program under an account that is not root; resolves with what it wrote, rejects with what it said. */
export const run = async (program: string, args: readonly string[]): Promise<string> => {
  try {
    const { stdout } = await execute(program, args, {
      ...unprivileged(),
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`${program} ${args.join(' ')}: ${said || String(error)}`, { cause: error });
  }
};
