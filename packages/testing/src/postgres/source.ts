import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { hasDocker, startContainer } from '../servers/docker.ts';
import { makeFolder } from '../servers/folder.ts';
import type { Run } from '../servers/run.ts';
import { firstOf, type Shared } from '../servers/source.ts';
import { collation, copyData, initialise, startCluster, surroundings } from './cluster.ts';
import { dropAll } from './database.ts';
import { findPrograms } from './programs.ts';

/** Makes a throw-away server quick: its data need not outlive a crash of the machine. */
const settings = {
  fsync: false,
  full_page_writes: false,
  max_connections: 500,
  max_wal_size: '4GB',
};

/** Images that do not know how to trust everybody ask for one. */
const password = randomUUID();

/** The folder of the programs, and a data folder they made. Nothing may run over it or change it. */
export type Prepared = { programs: string; pristine: string };

/** Finds or installs programs of a major version, or of any, and makes a data folder with them. */
export const preparePrograms = async (run: Run, major: number | undefined): Promise<Prepared> => {
  const programs = await findPrograms(major);
  const pristine = join(await makeFolder(run, 'pristine'), 'data');
  await initialise(programs, pristine);
  return { programs: programs.folder, pristine };
};

const startInDocker = async (run: Run, major = 18): Promise<Shared> => {
  const { host, port, close } = await startContainer(run, {
    image: `postgres:${major}-alpine`,
    port: { container: 5432 },
    command: [
      'postgres',
      ...Object.entries({ ...surroundings, ...settings }).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]),
    ],
    environment: {
      POSTGRES_HOST_AUTH_METHOD: 'trust',
      POSTGRES_PASSWORD: password,
      POSTGRES_INITDB_ARGS: collation(major).join(' '),
    },
    // By TCP: the server that sets up the data is not reached that way, the one that stays is.
    ready: 'pg_isready --host=127.0.0.1 --username=postgres',
  });
  return { uri: `postgresql://postgres:${password}@${host}:${port}/postgres`, close };
};

/** The server all tests of a run share: an explicit one, or else one in Docker, or else one of this machine. */
export const startShared = (
  run: Run,
  uri: string | undefined,
  major: number | undefined,
  prepare: () => Promise<Prepared>,
): Promise<Shared> =>
  firstOf(
    'a PostgreSQL server',
    'Set MONITOR_SERVER_TEST_POSTGRES_URI to a superuser of one, start Docker, or install PostgreSQL 14 or newer.',
    [
      {
        name: 'MONITOR_SERVER_TEST_POSTGRES_URI',
        open: () => (uri === undefined ? undefined : { uri, close: () => dropAll(uri, run.id) }),
      },
      {
        name: 'Docker',
        open: async () => ((await hasDocker()) ? startInDocker(run, major) : undefined),
      },
      {
        name: 'programs',
        open: async () => {
          const { programs, pristine } = await prepare();
          const cluster = await startCluster(run, programs, await copyData(run, pristine), settings);
          return { uri: cluster.uri(), close: cluster.close };
        },
      },
    ],
  );
