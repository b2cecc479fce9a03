import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificateFolder } from '../servers/certificate.ts';
import { startDaemon, type Daemon } from '../servers/daemon.ts';
import { startContainer } from '../servers/docker.ts';
import { makeFolder } from '../servers/folder.ts';
import type { RedisHome } from '../servers/guard-client.ts';
import { reservePort } from '../servers/port.ts';
import type { Run } from '../servers/run.ts';
import { isReady } from './client.ts';

export type InstanceOptions = {
  password?: string;
  /** The server then speaks TLS only, under the `certificate` of this package, and asks clients for none. */
  tls?: boolean;
  /** Arguments of redis-server, such as `['--appendonly', 'no']`; they win over what is set here. */
  args?: readonly string[];
};

/** A running server. */
export type Instance = {
  /** With the password; the host is 127.0.0.1 unless it runs in a Docker engine elsewhere. */
  uri: string;
  port: number;
  /** Starts it again over the same data and port after it was stopped or killed; resolves once it has loaded. */
  start: () => Promise<void>;
  /** SIGTERM: it saves what it is told to save and ends. */
  stop: () => Promise<void>;
  kill: () => Promise<void>;
  /** Stops it where it stands: it keeps its port and its connections but does nothing any more. */
  freeze: () => Promise<void>;
  thaw: () => Promise<void>;
  /** Kills what runs and removes the data. */
  close: () => Promise<void>;
};

/** The image for servers in Docker. */
const image = 'redis:8-alpine';

const argumentsOf = (
  port: number,
  certificates: string,
  { password, tls, args }: InstanceOptions,
): string[] => {
  const settings = {
    ...(tls === true
      ? {
          port: 0,
          'tls-port': port,
          'tls-auth-clients': 'no',
          'tls-cert-file': `${certificates}/server.pem`,
          'tls-key-file': `${certificates}/server.key`,
          'tls-ca-cert-file': `${certificates}/server.pem`,
        }
      : { port }),
    ...(password !== undefined && { requirepass: password }),
    // Every write is synced before it is answered, and nothing is evicted.
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  return [
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(args ?? []),
  ];
};

const locate = (host: string, port: number, { password, tls }: InstanceOptions): string => {
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return `${tls === true ? 'rediss' : 'redis'}://${credentials}${host}:${port}`;
};

const startProcess = async (run: Run, program: string, options: InstanceOptions): Promise<Instance> => {
  const port = await reservePort(run.folder);
  const folder = await makeFolder(run, 'redis');
  const uri = locate('127.0.0.1', port, options);
  const boot = (): Promise<Daemon> =>
    startDaemon({
      run,
      program,
      args: ['--bind', '127.0.0.1', '--dir', folder, ...argumentsOf(port, certificateFolder, options)],
      account: {},
      log: join(run.folder, `redis-${port}.log`),
      isReady: () => isReady(uri),
    });
  let daemon = await boot();
  return {
    uri,
    port,
    start: async () => {
      daemon = await boot();
    },
    stop: () => daemon.end('SIGTERM'),
    kill: () => daemon.kill(),
    freeze: async () => daemon.freeze(),
    thaw: async () => daemon.thaw(),
    close: async () => {
      await daemon.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const startInDocker = async (run: Run, options: InstanceOptions): Promise<Instance> => {
  const certificates = '/certificate';
  const read = (name: string) => readFile(join(certificateFolder, name), 'utf8');
  const { host, start, ...container } = await startContainer(run, {
    image,
    // It is reached from outside its network, which Redis without a password else refuses.
    command: ['redis-server', '--protected-mode', 'no', ...argumentsOf(6379, certificates, options)],
    files: {
      [`${certificates}/server.pem`]: await read('server.pem'),
      [`${certificates}/server.key`]: await read('server.key'),
    },
    port: { container: 6379, host: await reservePort(run.folder) },
    ready: /Ready to accept connections/,
  });
  const uri = locate(host, container.port, options);
  return {
    ...container,
    uri,
    start: async () => {
      await start();
      while (!(await isReady(uri))) await sleep(10);
    },
  };
};

/** Starts a server that syncs every write before it answers and evicts nothing; it ends with the run at the latest. */
export const startInstance = (run: Run, home: RedisHome, options: InstanceOptions): Promise<Instance> =>
  home.in === 'process' ? startProcess(run, home.program, options) : startInDocker(run, options);
