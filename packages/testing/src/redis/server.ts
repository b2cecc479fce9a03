import { ask } from '../servers/guard-client.ts';
import { currentRun } from '../servers/run.ts';
import { withClient } from './client.ts';
import { startInstance, type Instance, type InstanceOptions } from './instance.ts';

export type RedisOptions = InstanceOptions;

/** A server of a test's own. */
export type Redis = Instance & {
  /** Sends one command on a connection of its own and resolves with the answer. */
  cli: (command: string, ...args: string[]) => Promise<unknown>;
};

/**
 * A Redis server of one's own, for tests that stop, kill, freeze, fill or configure it. Unless told otherwise it
 * syncs every write before it answers, and evicts nothing. It runs as a process of this machine, or in Docker
 * where there is no `redis-server`, and ends with the run at the latest.
 */
export const startRedis = async (options: RedisOptions = {}): Promise<Redis> => {
  const instance = await startInstance(currentRun(), await ask('/redis/home'), options);
  return {
    ...instance,
    cli: (command, ...args) => withClient(instance.uri, (client) => client.call(command, ...args)),
  };
};
