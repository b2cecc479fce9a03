import { appendFile, chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivileged } from '../servers/account.ts';
import { startDaemon, type Daemon } from '../servers/daemon.ts';
import { makeFolder } from '../servers/folder.ts';
import { reservePort } from '../servers/port.ts';
import { run as execute } from '../servers/program.ts';
import type { Run } from '../servers/run.ts';
import type { Programs } from './programs.ts';

export type Settings = Record<string, string | number | boolean>;

/** A running server over a data folder. */
export type Cluster = {
  port: number;
  folder: string;
  uri: (database?: string) => string;
  /** Starts it again over the same data and port after it was stopped or killed. */
  start: () => Promise<void>;
  stop: (mode: 'fast' | 'immediate') => Promise<void>;
  kill: () => Promise<void>;
  freeze: () => Promise<void>;
  thaw: () => Promise<void>;
  /** Kills what runs and removes the data. */
  close: () => Promise<void>;
};

/** Settings of every server of the tests. */
export const surroundings: Settings = {
  // Neither the zone of this machine nor one with whole hours: nothing may depend on it.
  timezone: 'America/St_Johns',
  // Replicas that were away for a while find what they missed.
  wal_keep_size: '256MB',
};

/**
 * Arguments of `initdb` that make the default collation that of a language, as with most databases there are:
 * what needs the order of bytes has to say so. Before version 15 there is none that every system has.
 */
export const collation = (major: number): string[] => [
  '--encoding=UTF8',
  '--locale=C',
  ...(major >= 15 ? ['--locale-provider=icu', '--icu-locale=en-US'] : []),
];

/** Makes a data folder, which takes a second or two. */
export const initialise = async (programs: Programs, folder: string): Promise<void> => {
  await execute(join(programs.folder, 'initdb'), [
    `--pgdata=${folder}`,
    '--username=postgres',
    '--auth=trust',
    '--no-sync',
    ...collation(programs.major),
  ]);
};

const quote = (value: string | number | boolean): string => `'${String(value).replaceAll("'", "''")}'`;

/** As lines of postgresql.conf, where the last one for a name counts. */
const configuration = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${quote(value)}\n`)
    .join('');

/** The server writes its state into the last line of its pid file, as `pg_ctl` reads it. */
const isReady = async (folder: string, pid: number): Promise<boolean> => {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
};

/** Starts a server over `folder`, which holds the data of a server of these programs that does not run. */
export const startCluster = async (
  run: Run,
  programs: string,
  folder: string,
  settings: Settings,
): Promise<Cluster> => {
  const port = await reservePort(run.folder);
  await chmod(folder, 0o700);
  await appendFile(
    join(folder, 'postgresql.conf'),
    configuration({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...surroundings,
      ...settings,
      port,
    }),
  );
  const boot = (): Promise<Daemon> =>
    startDaemon({
      run,
      program: join(programs, 'postgres'),
      args: ['-D', folder],
      account: unprivileged(),
      log: join(run.folder, `postgres-${port}.log`),
      isReady: (pid) => isReady(folder, pid),
    });
  let daemon = await boot();
  return {
    port,
    folder,
    uri: (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    start: async () => {
      daemon = await boot();
    },
    stop: (mode) => daemon.end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    kill: () => daemon.kill(),
    freeze: async () => daemon.freeze(),
    thaw: async () => daemon.thaw(),
    close: async () => {
      await daemon.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** A copy of a data folder that no server runs over. */
export const copyData = async (run: Run, pristine: string): Promise<string> => {
  const folder = await makeFolder(run, 'postgres');
  await execute('cp', ['-R', `${pristine}/.`, folder]);
  return folder;
};
