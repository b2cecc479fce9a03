import { readFileSync } from 'node:fs';
import type { Target } from '../target.ts';
import { processorTime, tree } from '../tree.ts';

/** Who used the processors: seconds of processor time. */
export interface ProcessorTimes {
  http: number;
  worker: number;
  redis: number;
  postgres: number;
  load: number;
}

export interface Participants {
  target: Target;
  redis?: number;
  postgres?: number;
}

const isWorker = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes('\0MONITOR_SERVER_ROLE=worker\0');
  } catch {
    return false;
  }
};

const total = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + processorTime(pid), 0);

const now = ({ target, redis, postgres }: Participants): ProcessorTimes => {
  const server = tree(target.pid);
  return {
    http: total(server.filter((pid) => !isWorker(pid))),
    worker: total(server.filter(isWorker)),
    redis: redis === undefined ? 0 : total(tree(redis)),
    postgres: postgres === undefined ? 0 : total(tree(postgres)),
    // Load processes are counted here once they have ended.
    load: processorTime(process.pid),
  };
};

/** Watches who uses the processors until `stop()`, which is to be called when the load processes have ended. */
export const watchProcessors = (participants: Participants): { stop: () => ProcessorTimes } => {
  const before = now(participants);
  return {
    stop: () => {
      const after = now(participants);
      return {
        http: after.http - before.http,
        worker: after.worker - before.worker,
        redis: after.redis - before.redis,
        postgres: after.postgres - before.postgres,
        load: after.load - before.load,
      };
    },
  };
};
