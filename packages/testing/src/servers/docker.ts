import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { adoptContainer, type Run } from './run.ts';

export type ContainerOptions = {
  image: string;
  command: readonly string[];
  environment?: Record<string, string>;
  /** Files to put into it: path in the container, content. */
  files?: Readonly<Record<string, string>>;
  /** The port it listens on; `host` is the one it has on this machine, or else any free one. */
  port: { container: number; host?: number };
  /** What it writes once it takes requests, or a command that succeeds in it from then on. */
  ready: RegExp | string;
};

export type Container = {
  host: string;
  port: number;
  /** Starts it again after it was stopped or killed; it keeps its port and its data. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  kill: () => Promise<void>;
  freeze: () => Promise<void>;
  thaw: () => Promise<void>;
  /** Removes it with its data. */
  close: () => Promise<void>;
};

/** Loading testcontainers takes longer than booting a server: only where there is anything to find. */
const mayAnswer = (): boolean =>
  process.env['DOCKER_HOST'] !== undefined ||
  [
    '/var/run/docker.sock',
    join(process.env['XDG_RUNTIME_DIR'] ?? '/run', 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    join(homedir(), '.testcontainers.properties'),
  ].some((path) => existsSync(path));

const connect = async () => {
  const { getContainerRuntimeClient } = await import('testcontainers');
  return (await getContainerRuntimeClient()).container.dockerode;
};

/** Whether a Docker engine answers. */
export const hasDocker = async (): Promise<boolean> =>
  mayAnswer() &&
  (await connect().then(
    () => true,
    () => false,
  ));

/**
 * Starts a container and resolves once it takes requests; it ends with the run at the latest. Rejects where no
 * Docker engine answers, or where it cannot have the image.
 */
export const startContainer = async (run: Run, options: ContainerOptions): Promise<Container> => {
  const { GenericContainer, Wait } = await import('testcontainers');
  const { container, host } = options.port;
  const { ready } = options;
  const created = new GenericContainer(options.image)
    .withCommand([...options.command])
    .withEnvironment(options.environment ?? {})
    .withCopyContentToContainer(
      Object.entries(options.files ?? {}).map(([target, content]) => ({ target, content, mode: 0o644 })),
    )
    .withExposedPorts(host === undefined ? container : { container, host });
  const started = await (
    typeof ready === 'string'
      ? created
          .withHealthCheck({ test: ['CMD-SHELL', ready], interval: 250, timeout: 5_000, retries: 240 })
          .withWaitStrategy(Wait.forHealthCheck())
      : created.withWaitStrategy(Wait.forLogMessage(ready))
  ).start();
  await adoptContainer(run, started.getId());
  const handle = (await connect()).getContainer(started.getId());
  return {
    host: started.getHost(),
    port: started.getMappedPort(container),
    start: () => handle.start(),
    stop: () => handle.stop(),
    kill: () => handle.kill(),
    freeze: () => handle.pause(),
    thaw: () => handle.unpause(),
    close: () => handle.remove({ force: true, v: true }),
  };
};

/** Removes containers, those that are gone already left aside. */
export const removeContainers = async (ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return;
  const docker = await connect();
  await Promise.allSettled(ids.map((id) => docker.getContainer(id).remove({ force: true, v: true })));
};
