import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { commonHeaders, get } from '@monitor-server/bench/get';
import { openFolder, releaseAtExit } from '@monitor-server/bench/release';
import { within } from '../patience.ts';
import { quietPort } from '../ports.ts';
import { crash, findCompose, isBack, isHealthy, run, startOf } from './docker.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

export type Service = 'gateway' | 'ingest' | 'worker' | 'query' | 'redis' | 'postgres';

export type Scale = Partial<Record<Service, number>>;

/** monitor-server as `docker-compose.yml` of a clean clone makes it. */
export interface Install {
  /** Of the gateway. */
  port: number;
  compose: (...args: string[]) => Promise<string>;
  containers: (service: Service) => Promise<string[]>;
  /** Starts so many of each service and resolves when all are healthy. */
  up: (scale?: Scale) => Promise<void>;
  /** Ends one container of a service with SIGKILL and resolves when it is back. */
  crash: (service: Service, which?: number) => Promise<void>;
  /** Makes an access token, which every later request of this process carries. */
  authorize: () => Promise<void>;
  /** Copies the database into a file while all runs. */
  backUp: (file: string) => Promise<void>;
  /** Puts such a copy into an installation that was never started, and starts it. */
  restore: (file: string) => Promise<void>;
  /** Removes it, with all it stored. */
  close: () => void;
}

const patience = 180_000;

const scaled = (scale: Scale): string[] =>
  Object.entries(scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`]);

/** The script that writes the passwords, run twice: the second run must leave everything as it is. */
const setUp = (folder: string): void => {
  const script = join(folder, 'infra/setup.sh');
  execFileSync(script, { stdio: 'ignore' });
  const written = readFileSync(join(folder, 'infra/.env'), 'utf8');
  execFileSync(script, { stdio: 'ignore' });
  if (readFileSync(join(folder, 'infra/.env'), 'utf8') !== written)
    throw new Error('the second run of setup.sh has changed .env');
};

/** Clones the repository as it was committed last, builds the image and makes the passwords; nothing is started. */
export const openInstall = async (): Promise<Install> => {
  const [program, ...first] = findCompose();
  const { path: folder, close: removeFolder } = openFolder();
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository}`, folder]);
  setUp(folder);
  const name = `monitor-server-e2e-${randomBytes(4).toString('hex')}`;
  const port = await quietPort();
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: name,
    MONITOR_SERVER_VERSION: name,
    MONITOR_SERVER_HOST: '127.0.0.1',
    MONITOR_SERVER_PORT: String(port),
  };
  const base = [...first, '-f', join(folder, 'infra/docker-compose.yml')];
  const compose = (...args: string[]): Promise<string> => run(program, [...base, ...args], { env });
  const remove = releaseAtExit(() => {
    const options = { env, stdio: 'ignore' } as const;
    execFileSync(program, [...base, 'down', '--volumes', '--remove-orphans', '--timeout=1'], options);
    execFileSync('docker', ['image', 'rm', `monitor-server:${name}`], options);
  });

  const containers = async (service: Service): Promise<string[]> =>
    (await compose('ps', '-q', service)).split('\n').filter((id) => id !== '');

  const settled = async (): Promise<void> => {
    const services = ['gateway', 'ingest', 'worker', 'query', 'redis', 'postgres'] as const;
    const ids = (await Promise.all(services.map(containers))).flat();
    const areHealthy = async (): Promise<boolean> => (await Promise.all(ids.map(isHealthy))).every(Boolean);
    if (!(await within(patience, areHealthy)))
      throw new Error(`not healthy after ${patience / 1000} s:\n${await compose('ps')}`);
    const answers = (): Promise<boolean> =>
      get(port, '/api/v1/metrics/count').then(
        // Without a token it is asked for one.
        ({ status }) => status === 200 || status === 401,
        () => false,
      );
    if (!(await within(patience, answers))) throw new Error('the gateway does not lead to query');
  };

  /** A line as an operator types it. */
  const shell = async (line: string): Promise<void> => {
    const command = [program, ...base].map((word) => `'${word}'`).join(' ');
    await run('sh', ['-c', `set -e; compose() { ${command} "$@"; }; ${line}`], { env });
  };

  const up = async (scale: Scale = {}): Promise<void> => {
    await compose('up', '-d', ...scaled(scale));
    await settled();
  };

  await compose('build');
  return {
    port,
    compose,
    containers,
    up,
    crash: async (service, which = 0) => {
      const ids = await containers(service);
      const id = ids[which % ids.length];
      if (id === undefined) throw new Error(`there is no container of ${service}`);
      const before = await startOf(id);
      await crash(id);
      if (!(await within(patience, () => isBack(id, before))))
        throw new Error(`${service} is not back after ${patience / 1000} s`);
    },
    authorize: async () => {
      const { status } = await get(port, '/api/v1/metrics/count');
      if (status !== 401) throw new Error(`without a token a read was answered with ${status}`);
      const create = ['tokens', 'create', 'e2e', '--scope', 'admin'];
      const secret = (await compose('run', '--rm', '-T', 'admin', ...create)).trim();
      commonHeaders['authorization'] = `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`;
      const isKnown = (): Promise<boolean> =>
        get(port, '/api/v1/metrics/count').then(({ status }) => status === 200);
      if (!(await within(patience, isKnown))) throw new Error('the token is not accepted');
      // Each service learns of it within some seconds.
      await sleep(6_000);
    },
    backUp: (file) =>
      shell(`compose exec -T postgres pg_dump -U postgres --format=custom monitor > '${file}'`),
    restore: async (file) => {
      await shell(`compose run --rm accounts`);
      const options = '--dbname=monitor --single-transaction --exit-on-error';
      await shell(`compose exec -T postgres pg_restore -U postgres ${options} < '${file}'`);
      await up();
    },
    close: () => {
      remove();
      removeFolder();
    },
  };
};
