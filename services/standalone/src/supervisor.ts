import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  EXIT_CONFIG,
  EXIT_FAILURE,
  exposure,
  listenError,
  openManagement,
  openTelemetry,
  startLogRotation,
  stopGracefully,
  type Logger,
  type Sample,
} from '@monitor-server/runtime';
import type { StandaloneConfig } from './config.ts';
import { createInquiry, type Child } from './inquiry.ts';
import { logPath } from './launch/record.ts';
import type { FromChild, Role, ToChild } from './messages.ts';
import { combineReadiness } from './readiness.ts';
import { openShared } from './shared.ts';

/** A process that dies sooner than this after its start is not replaced at once. */
const YOUNG_MS = 1_000;

/**
 * Requests are short-lived garbage: a small young generation is collected as well, and stays small. Of what outlives that,
 * as much of an export does, only half as much again as is in use may pile up.
 */
const HTTP_HEAP = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

/** How long child processes get to answer and store what is in flight. */
const STOP_LIMIT_MS = 7_000;

async function stopChild(child: Worker): Promise<void> {
  if (child.isDead()) return;
  const exited = once(child, 'exit');
  // One that died meanwhile has no use for it.
  if (child.isConnected()) child.send({ type: 'stop' } satisfies ToChild, () => undefined);
  await Promise.race([exited, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  if (!child.isDead()) child.process.kill('SIGKILL');
}

/**
 * Runs the whole server on one machine: this process looks after the others, and with SQLite owns the store's one
 * writer. A child that dies is replaced; when this one dies they end with it. Resolves when all are ready.
 */
export async function runSupervisor(config: StandaloneConfig, logger: Logger): Promise<void> {
  startLogRotation(logPath(config), logger);
  const telemetry = await openTelemetry('supervisor', { ...config, traces: undefined });
  const noteProcesses = telemetry.metrics?.watchProcesses();
  const shared = await openShared(config, logger, telemetry);
  const children = new Set<Child>();
  const inquiry = createInquiry(children);
  let stopping = false;

  function fail({ message, code }: { message: string; code?: string | undefined }): never {
    const line = listenError(config, Object.assign(new Error(message), { code }))?.message;
    process.stderr.write(`${line ?? `cannot listen: ${message}`}\n`);
    process.exit(line === undefined ? EXIT_FAILURE : EXIT_CONFIG);
  }

  function note(role: Role, died: boolean): void {
    noteProcesses?.(role, [...children].filter((child) => child.role === role).length, died);
  }

  /** Those of this process, and of its children that answer. */
  async function samples(): Promise<(readonly Sample[])[]> {
    const replies = await inquiry.ask('metrics');
    return [await telemetry.samples(), ...replies.map(({ value }) => value ?? [])];
  }

  function start(role: Role): Promise<string | undefined> {
    const worker = cluster.fork({ ...shared.environment, MONITOR_SERVER_ROLE: role });
    const child: Child = { worker, role };
    const startedAt = Date.now();
    children.add(child);
    note(role, false);
    worker.once('exit', (code, signal) => {
      children.delete(child);
      note(role, !stopping);
      if (stopping) return;
      logger.error({ role, died: worker.process.pid, code, signal }, 'a process died and is replaced');
      setTimeout(() => void start(role), Date.now() - startedAt < YOUNG_MS ? YOUNG_MS : 0);
    });
    return new Promise((resolve) => {
      worker.on('message', (message: FromChild) => {
        // Others pass by too: node --watch sends its own over the same channel.
        if (message.type === 'ready') resolve(message.url);
        else if (message.type === 'failed') fail(message.error);
        else inquiry.hear(message);
      });
    });
  }

  const readiness = async () => combineReadiness(await inquiry.ask('readiness'));
  const management = await openManagement(config, { health: { readiness }, samples }, logger);
  stopGracefully(logger, async () => {
    stopping = true;
    await Promise.all([...children].map(({ worker }) => stopChild(worker)));
    await shared.close();
    await management.close();
  });

  // Handing connections out one by one would halve the rate of new ones.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ execArgv: [...process.execArgv, ...HTTP_HEAP] });
  const wanted: Role[] = [...Array.from({ length: config.processes }, (): Role => 'http'), ...shared.workers];
  const [url] = await Promise.all(wanted.map(start));
  const { processes } = config;
  const warning = exposure(config);
  if (warning !== undefined) logger.warn(warning);
  logger.info({ url, management: management.url, processes, database: shared.database }, 'ready');
}
