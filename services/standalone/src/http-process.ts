import cluster from 'node:cluster';
import { createDirectQueue, createIntake } from '@monitor-server/queue';
import { closeHttpApp, listen, stopGracefully, type Logger } from '@monitor-server/runtime';
import { openReaderPool } from '@monitor-server/store';
import { createStandaloneApp } from './app.ts';
import type { StandaloneConfig } from './config.ts';
import { createRemoteWriter, type FromHttp, type ToHttp } from './messages.ts';

/** Two, so that one long answer does not hold up all others. */
const READER_THREADS = 2;

function send(message: FromHttp): void {
  process.send?.(message);
}

/** Runs one HTTP process: it accepts and answers, the supervisor's writer stores. */
export async function runHttpProcess(config: StandaloneConfig, logger: Logger): Promise<void> {
  const { writer, settle } = createRemoteWriter(send);
  const reader = openReaderPool(config.database.path, READER_THREADS, (err) => {
    logger.error({ err }, 'a reader thread crashed and is replaced');
  });
  const intake = createIntake(createDirectQueue(writer));
  const app = await createStandaloneApp({ config, logger, intake, reader });

  const { stop } = stopGracefully(logger, async () => {
    await closeHttpApp(app);
    await intake.idle();
    await reader.close();
  });
  process.on('message', (message: ToHttp) => (message.type === 'stop' ? stop() : settle(message)));
  // Cluster ends the process on `disconnect` of the process itself, before anything could be said.
  cluster.worker?.on('disconnect', () => {
    // The supervisor died, and with it the writer: nothing can be stored, and the port must not be kept.
    logger.fatal('the supervisor is gone');
    process.exit(1);
  });

  try {
    send({ type: 'listening', url: await listen(app, config.port, config.host) });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    send({ type: 'failed', error: { message, code } });
  }
}
