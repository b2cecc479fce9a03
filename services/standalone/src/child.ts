import cluster from 'node:cluster';
import { stopGracefully, type Logger } from '@monitor-server/runtime';
import type { FromChild, ToChild } from './messages.ts';

export function tellSupervisor(message: FromChild): void {
  process.send?.(message);
}

/** Ends this process with the supervisor: when it says so, after `stop`; when it is gone, at once. */
export function obeySupervisor(logger: Logger, stop: () => Promise<void>): void {
  const handle = stopGracefully(logger, stop);
  process.on('message', (message: ToChild) => {
    if (message.type === 'stop') handle.stop();
  });
  // Cluster ends the process on `disconnect` of the process itself, before anything could be said.
  cluster.worker?.on('disconnect', () => {
    // With it the writer may be gone, and nobody would replace this process; the port must not be kept.
    logger.fatal('the supervisor is gone');
    process.exit(1);
  });
}
