import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Availability } from '../servers/guard-client.ts';
import { path, run } from '../servers/program.ts';
import { withClient } from './client.ts';
import { usualFolders } from './programs.ts';

const majorOf = (version: string): number => Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]);

/** Whether this machine has a `pg_dump` that can read a server: it must be of the same major version, or newer. */
export const hasDump = async (uri: string): Promise<Availability> => {
  const server = await withClient(uri, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return Number.parseInt(rows[0]?.server_version ?? '', 10);
  });
  const programs = [...path(), ...usualFolders()]
    .map((folder) => join(folder, 'pg_dump'))
    .filter((program) => existsSync(program));
  const majors = await Promise.all(
    programs.map(async (program) => majorOf(await run(program, ['--version']))),
  );
  if (majors.some((major) => major >= server)) return { here: true };
  return { here: false, why: `there is no pg_dump of PostgreSQL ${server} or newer on this machine` };
};
