import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StoreError } from '../store.ts';

const run = promisify(execFile);

/** Where packages put the programs of several versions side by side. */
const FOLDERS = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/postgresql*/bin'];

/** Room for what a program says. */
const OUTPUT_LIMIT = 1_048_576;

async function majorOf(program: string): Promise<number | undefined> {
  try {
    const { stdout } = await run(program, ['--version']);
    return Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  } catch {
    return undefined;
  }
}

/** That program of PostgreSQL which fits a server best: as old as it, or a little newer. Rejects where there is none. */
async function findProgram(name: 'pg_dump' | 'pg_restore', server: number): Promise<string> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...globSync(FOLDERS)];
  const found: { program: string; major: number }[] = [];
  for (const folder of folders) {
    const program = join(folder, name);
    const major = await majorOf(program);
    if (major !== undefined && major >= server) found.push({ program, major });
  }
  const [best] = found.sort((a, b) => a.major - b.major);
  if (best !== undefined) return best.program;
  throw new StoreError(
    'unusable',
    `there is no ${name} of PostgreSQL ${server} or newer here; install postgresql-client-${server}, or run it where the server is`,
  );
}

/** A URI without its password, which other users could see among the arguments of a process. */
function withoutPassword(uri: string): { uri: string; password: string | undefined } {
  const url = new URL(uri);
  const password = url.searchParams.get('password') ?? decodeURIComponent(url.password);
  url.password = '';
  url.searchParams.delete('password');
  return { uri: url.href, password: password === '' ? undefined : password };
}

/** Runs a program of PostgreSQL on a database. Rejects with a StoreError that says what the program said last. */
export async function runProgram(
  name: 'pg_dump' | 'pg_restore',
  { uri, server }: { uri: string; server: number },
  args: readonly string[],
): Promise<void> {
  const program = await findProgram(name, server);
  const { uri: database, password } = withoutPassword(uri);
  const env = { ...process.env, ...(password !== undefined && { PGPASSWORD: password }) };
  try {
    await run(program, ['--no-password', `--dbname=${database}`, ...args], { env, maxBuffer: OUTPUT_LIMIT });
  } catch (error) {
    const lines = ((error as { stderr?: string }).stderr ?? '').trim();
    throw new StoreError(
      'broken',
      `${name} failed: ${lines.split('\n').at(-1) || (error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
