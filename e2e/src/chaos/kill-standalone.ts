import { openTarget } from '@monitor-server/bench/target';
import { killTree } from '../kill.ts';
import type { Options } from '../options.ts';
import { openBackends } from '../pipeline/backends.ts';
import { awaitRest, restFigures } from '../pipeline/settlement.ts';

/** Kills the processes of a pipeline that runs as one process tree, one at a time and all at once. */
export const killStandalone = async (options: Options): Promise<boolean> => {
  const { rounds = 12, connections = 32, workers, pipelines } = options;
  let isClean = true;
  for (const kind of pipelines) {
    const backends = await openBackends({ kind });
    const env = { ...backends.writing, MONITOR_SERVER_WORKERS: String(workers) };
    const isCleanNow = await killTree(
      {
        name: `kill -9 in one process tree, ${kind}`,
        start: (port) => openTarget('services/standalone/src/main.ts', port, env),
        awaitRest: async (port) => restFigures(await awaitRest(backends, port)),
      },
      { rounds, connections },
    );
    await backends.close(false);
    isClean &&= isCleanNow;
  }
  return isClean;
};
