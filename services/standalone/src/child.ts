import cluster from 'node:cluster';
import { stopGracefully, type Logger } from '@monitor-server/runtime';
import type { Answers, FromChild, ToChild } from './messages.ts';

export function tellSupervisor(message: FromChild): void {
  process.send?.(message);
}

/** What a child process does for its supervisor. */
export type Duties = { stop(): Promise<void> } & { [What in keyof Answers]: () => Promise<Answers[What]> };

/** Answers the supervisor, and ends this process with it: when it says so, after `stop`; when it is gone, at once. */
export function obeySupervisor(logger: Logger, duties: Duties): void {
  const handle = stopGracefully(logger, duties.stop);
  process.on('message', (message: ToChild) => {
    // What is not answered is as if this process were not there, which it will soon not be.
    if (message.type === 'ask') void answer(message.number, message.what).catch(() => undefined);
    if (message.type === 'stop') handle.stop();
  });

  async function answer(number: number, what: keyof Answers): Promise<void> {
    tellSupervisor({ type: 'answer', number, value: await duties[what]() });
  }
  // Cluster ends the process on `disconnect` of the process itself, before anything could be said.
  cluster.worker?.on('disconnect', () => {
    // With it the writer may be gone, and nobody would replace this process; the port must not be kept.
    logger.fatal('the supervisor is gone');
    process.exit(1);
  });
}
