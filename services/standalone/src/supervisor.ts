import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorker } from '@monitor-server/worker';
import { EXIT_CONFIG, EXIT_FAILURE, listenError, stopGracefully, type Logger } from '@monitor-server/runtime';
import { StoreError, type WriterThread } from '@monitor-server/store';
import type { StandaloneConfig } from './config.ts';
import type { FromHttp, ToHttp } from './messages.ts';

/** A process that dies sooner than this after its start is not replaced at once. */
const YOUNG_MS = 1_000;

/** Requests are short-lived garbage: a small young generation is collected as well, and stays small. */
const HTTP_HEAP = ['--max-semi-space-size=8'];

/** How long HTTP processes get to answer what is in flight. */
const STOP_LIMIT_MS = 7_000;

/** Tells an HTTP process something; one that died meanwhile has no use for it. */
function tell(worker: Worker, message: ToHttp): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** Hands a batch of an HTTP process to the writer, and the outcome back. */
async function relay(writer: WriterThread, worker: Worker, number: number, batches: string): Promise<void> {
  let message: ToHttp = { type: 'written', number };
  try {
    await writer.writeJson(batches);
  } catch (error) {
    const { reason, message: text } = error as StoreError;
    message = { ...message, fault: { reason, message: text } };
  }
  tell(worker, message);
}

async function stopHttpProcess(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const exited = once(worker, 'exit');
  tell(worker, { type: 'stop' });
  await Promise.race([exited, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  if (!worker.isDead()) worker.process.kill('SIGKILL');
}

/**
 * Runs the embedded server: this process owns the store's one writer and looks after the HTTP processes.
 * One that dies is replaced; when this one dies they end with it. Resolves when all of them listen.
 */
export async function runSupervisor(config: StandaloneConfig, logger: Logger): Promise<void> {
  const writer = await openWorker(config, (err) =>
    logger.error({ err }, 'the writer thread crashed and is replaced'),
  );
  let stopping = false;

  function fail({ message, code }: { message: string; code?: string | undefined }): never {
    const line = listenError(config, Object.assign(new Error(message), { code }))?.message;
    process.stderr.write(`${line ?? `cannot listen: ${message}`}\n`);
    process.exit(line === undefined ? EXIT_FAILURE : EXIT_CONFIG);
  }

  function start(): Promise<string> {
    const worker = cluster.fork();
    const startedAt = Date.now();
    worker.once('exit', (code, signal) => {
      if (stopping) return;
      logger.error({ died: worker.process.pid, code, signal }, 'an HTTP process died and is replaced');
      setTimeout(() => void start(), Date.now() - startedAt < YOUNG_MS ? YOUNG_MS : 0);
    });
    return new Promise((resolve) => {
      worker.on('message', (message: FromHttp) => {
        if (message.type === 'write') void relay(writer, worker, message.number, message.batches);
        else if (message.type === 'listening') resolve(message.url);
        // Others pass by too: node --watch sends its own over the same channel.
        else if (message.type === 'failed') fail(message.error);
      });
    });
  }

  stopGracefully(logger, async () => {
    stopping = true;
    await Promise.all(
      Object.values(cluster.workers ?? {}).flatMap((worker) => (worker ? [stopHttpProcess(worker)] : [])),
    );
    await writer.close();
  });

  // Handing connections out one by one would halve the rate of new ones.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ serialization: 'advanced', execArgv: [...process.execArgv, ...HTTP_HEAP] });
  const urls = await Promise.all(Array.from({ length: config.processes }, start));
  logger.info({ url: urls[0], processes: config.processes, database: config.database.path }, 'ready');
}
