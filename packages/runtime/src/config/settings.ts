import { resolve } from 'node:path';
import { accessSettings, type AccessValues } from './access-settings.ts';
import { loadCertificate, type Certificate } from './certificate.ts';
import { parseDatabaseUri, parsePostgresUris, type Database, type PostgresDatabase } from './database-uri.ts';
import { Refusal } from './error.ts';
import { checkFolder } from './folder.ts';
import { parseHost } from './host.ts';
import { masked } from './mask.ts';
import { wholeNumber } from './number.ts';
import type { QueueAddress } from './queue-address.ts';
import { maskQueueUri, parseQueueUri } from './queue-uri.ts';
import { operationSettings, type OperationValues } from './operation-settings.ts';
import { checkSqliteFile } from './sqlite-file.ts';

export type Environment = 'production' | 'development';

export interface Values extends AccessValues, OperationValues {
  readonly environment: Environment;
  /** `undefined`: every interface, IPv6 and IPv4. */
  readonly host: string | undefined;
  /** 0: any free port. */
  readonly port: number;
  /** Seconds. */
  readonly timeout: number;
  /** As asked for; `processCount` says how many there will be. */
  readonly workers: number;
  readonly pageSize: number;
  readonly database: Database;
  /** Days; `undefined`: metrics are kept for ever. */
  readonly retentionDays: number | undefined;
  /** Where reads go beside the primary. */
  readonly replicas: readonly PostgresDatabase[] | undefined;
  /** Seconds. */
  readonly replicaLag: number;
  readonly queueUri: QueueAddress | undefined;
  /** Milliseconds. */
  readonly queuePatience: number;
  /** Records. */
  readonly backlogLimit: number;
  /** Absolute. */
  readonly spoolFolder: string;
  /** Absolute. */
  readonly logFolder: string;
  readonly certificate: Certificate | undefined;
}

export type SettingKey = keyof Values;

/** Where a process was started: the only things settings are read from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** A text to be parsed, and what the operator has to change if it is wrong. */
export interface Given {
  /** A flag, a variable, or `default`. */
  readonly by: string;
  readonly text: string;
}

export interface Setting<Value> {
  /** What an operator calls it. */
  readonly name: string;
  readonly about: string;
  readonly unit?: string;
  readonly flag?: { readonly letter: string; readonly argument: string };
  readonly variable: string;
  /** The default as help and documents state it. */
  readonly usually: string;
  /** It means something with this kind of database only. */
  readonly only?: Database['kind'];
  /** The default as text; without one the setting is `undefined` unless given. */
  readonly fallback?: (surroundings: Surroundings) => Given;
  /** `accepts` says what it takes, where that is a range. */
  readonly parse: ((text: string, surroundings: Surroundings) => Value) & { readonly accepts?: string };
  readonly show: (value: Value) => string;
  /** The text given, without secrets; needed where `parse` refuses it. */
  readonly mask?: (text: string) => string;
}

const byDefault = (text: string) => (): Given => ({ by: 'default', text });

const environments: Readonly<Record<string, Environment>> = {
  prod: 'production',
  production: 'production',
  dev: 'development',
  devel: 'development',
  development: 'development',
};

const parseEnvironment = (text: string): Environment => {
  const name = text.trim().toLowerCase();
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment === undefined) throw new Refusal('is no environment; give production or development');
  return environment;
};

const parseLogFolder = (text: string, { cwd }: Surroundings): string => {
  const path = resolve(cwd, text);
  checkFolder(path, 'name another with -L or MONITOR_SERVER_LOGDIR');
  return path;
};

const parseDatabase = (text: string, { cwd }: Surroundings): Database => {
  const database = parseDatabaseUri(text, cwd);
  if (database.kind === 'sqlite') checkSqliteFile(database.path);
  return database;
};

/** Every setting there is. Flags, variables, help and the printed configuration all come from this table. */
export const settings: { readonly [Key in SettingKey]: Setting<Values[Key]> } = {
  environment: {
    name: 'environment',
    about: 'production, or development: readable logs, reload on change, one process',
    variable: 'MONITOR_SERVER_ENV',
    usually: 'production',
    fallback: byDefault('production'),
    parse: parseEnvironment,
    show: String,
  },
  host: {
    name: 'host',
    about: 'address to listen on',
    variable: 'MONITOR_SERVER_HOST',
    usually: 'all interfaces',
    parse: parseHost,
    show: (host) => host ?? 'all interfaces',
  },
  port: {
    name: 'port',
    about: 'port to listen on',
    flag: { letter: 'p', argument: 'PORT' },
    variable: 'MONITOR_SERVER_PORT',
    usually: '8181',
    fallback: byDefault('8181'),
    parse: wholeNumber({ from: 0, to: 65_535, what: 'a port' }),
    show: String,
  },
  ...operationSettings,
  timeout: {
    name: 'timeout',
    about: 'time after which a request is aborted',
    unit: 's',
    flag: { letter: 't', argument: 'SECONDS' },
    variable: 'MONITOR_SERVER_TIMEOUT',
    usually: '60',
    fallback: byDefault('60'),
    parse: wholeNumber({ from: 1, to: 86_400, what: 'seconds' }),
    show: String,
  },
  workers: {
    name: 'workers',
    about: 'HTTP processes, never more than there are cores',
    flag: { letter: 'w', argument: 'COUNT' },
    variable: 'MONITOR_SERVER_WORKERS',
    usually: '4',
    fallback: byDefault('4'),
    parse: wholeNumber({ from: 1, to: 1_024, what: 'a number' }),
    show: String,
  },
  pageSize: {
    name: 'page size',
    about: 'results on one page',
    flag: { letter: 'c', argument: 'COUNT' },
    variable: 'MONITOR_SERVER_PAGINATION_COUNT',
    usually: '500',
    fallback: byDefault('500'),
    parse: wholeNumber({ from: 1, to: 5_000, what: 'a number' }),
    show: String,
  },
  database: {
    name: 'database',
    about: 'sqlite:///file (from the working folder), sqlite:////absolute/file, or postgresql://…',
    flag: { letter: 'u', argument: 'URI' },
    variable: 'MONITOR_SERVER_DATABASE_URI',
    usually: 'sqlite:///monitor-server.sqlite',
    fallback: byDefault('sqlite:///monitor-server.sqlite'),
    parse: parseDatabase,
    show: (database) => (database.kind === 'postgres' ? database.shown : database.uri),
    mask: masked,
  },
  retentionDays: {
    name: 'retention',
    about: 'days that a metric is kept from when it was stored',
    variable: 'MONITOR_SERVER_RETENTION_DAYS',
    usually: 'none: for ever',
    parse: wholeNumber({ from: 1, to: 36_500, what: 'days' }),
    show: (days) => (days === undefined ? 'none' : `${days} days`),
  },
  replicas: {
    name: 'read replicas',
    about: 'postgresql://… of the replicas that are read from, separated by commas',
    variable: 'MONITOR_SERVER_DATABASE_READ_URIS',
    only: 'postgres',
    usually: 'none: reads go to the primary',
    parse: (text, { cwd }) => parsePostgresUris(text, cwd),
    show: (replicas) => replicas?.map(({ shown }) => shown).join(', ') ?? 'none',
    mask: masked,
  },
  replicaLag: {
    name: 'replica lag',
    about: 'time that a replica may lag behind and still be read from',
    unit: 's',
    variable: 'MONITOR_SERVER_REPLICA_LAG',
    only: 'postgres',
    usually: '5',
    fallback: byDefault('5'),
    parse: wholeNumber({ from: 1, to: 86_400, what: 'seconds' }),
    show: String,
  },
  queueUri: {
    name: 'queue',
    about: 'redis://…, rediss://…, redis+sentinel://… or redis+cluster://…, only with PostgreSQL',
    variable: 'MONITOR_SERVER_QUEUE_URI',
    only: 'postgres',
    usually: 'none',
    parse: (text, { cwd }) => parseQueueUri(text, cwd),
    show: (address) => address?.shown ?? 'none',
    mask: maskQueueUri,
  },
  queuePatience: {
    name: 'queue patience',
    about: 'time that a post waits for the queue before it goes to the spool',
    unit: 'ms',
    variable: 'MONITOR_SERVER_QUEUE_PATIENCE',
    only: 'postgres',
    usually: '1000',
    fallback: byDefault('1000'),
    parse: wholeNumber({ from: 50, to: 30_000, what: 'milliseconds' }),
    show: String,
  },
  backlogLimit: {
    name: 'backlog limit',
    about: 'records that may wait to be stored before posts are answered later',
    unit: 'records',
    variable: 'MONITOR_SERVER_BACKLOG_LIMIT',
    only: 'postgres',
    usually: '1000000',
    fallback: byDefault('1000000'),
    parse: wholeNumber({ from: 1, to: 1_000_000_000, what: 'records' }),
    show: String,
  },
  spoolFolder: {
    name: 'spool folder',
    about: 'folder of the files that keep posts while the queue or PostgreSQL is away',
    variable: 'MONITOR_SERVER_SPOOL',
    only: 'postgres',
    usually: 'the working folder',
    fallback: ({ cwd }) => ({ by: 'default', text: cwd }),
    // Checked where it is opened: SQLite needs none.
    parse: (text, { cwd }) => resolve(cwd, text),
    show: String,
  },
  ...accessSettings,
  logFolder: {
    name: 'log folder',
    about: 'folder of the log file and the pid file',
    flag: { letter: 'L', argument: 'FOLDER' },
    variable: 'MONITOR_SERVER_LOGDIR',
    usually: '$TMPDIR, else the working folder',
    fallback: ({ env, cwd }) =>
      env.TMPDIR ? { by: 'TMPDIR', text: env.TMPDIR } : { by: 'default', text: cwd },
    parse: parseLogFolder,
    show: String,
  },
  certificate: {
    name: 'certificate',
    about: 'PEM files "cert,key" with which to serve HTTPS',
    flag: { letter: 'S', argument: 'FILES' },
    variable: 'MONITOR_SERVER_CERTIFICATE',
    usually: 'none: plain HTTP',
    parse: (text, { cwd }) => loadCertificate(text, cwd),
    show: (certificate) => certificate?.paths.join(',') ?? 'none',
  },
};
