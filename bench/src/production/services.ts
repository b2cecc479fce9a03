import { freePort, openTarget, type Target } from '../target.ts';

export interface Surroundings {
  /** URI of the database. */
  database: string;
  /** URI of the queue. */
  queue: string;
  /** Of the spool. */
  folder: string;
}

const environment = ({ database, queue, folder }: Surroundings): Record<string, string> => ({
  MONITOR_SERVER_HOST: '127.0.0.1',
  MONITOR_SERVER_DATABASE_URI: database,
  MONITOR_SERVER_QUEUE_URI: queue,
  MONITOR_SERVER_SPOOL: folder,
});

/** The whole pipeline as one machine runs it: so many HTTP processes that accept and answer, and one worker. */
export const openPipeline = async (
  surroundings: Surroundings,
  workers: number,
  retentionDays?: number,
): Promise<Target> =>
  openTarget('services/standalone/src/main.ts', await freePort(), {
    ...environment(surroundings),
    MONITOR_SERVER_WORKERS: String(workers),
    MONITOR_SERVER_RETENTION_DAYS: retentionDays?.toString() ?? '',
  });

/** A worker alone; its port is none. */
export const openWorker = (surroundings: Surroundings): Promise<Target> =>
  openTarget('services/worker/src/main.ts', 0, environment(surroundings));

/** What answers questions, alone in one process. */
export const openQuery = async (database: string): Promise<Target> =>
  openTarget('services/query/src/main.ts', await freePort(), {
    // As `npm start` does.
    NODE_OPTIONS: '--max-semi-space-size=8',
    MONITOR_SERVER_HOST: '127.0.0.1',
    MONITOR_SERVER_DATABASE_URI: database,
  });

/** What a server found worth a warning, of the last lines that it logged. */
export const warnings = (target: Target): string[] =>
  target.log().filter((line) => {
    const { level } = /"level":(?<level>\d+)/.exec(line)?.groups ?? {};
    return level === undefined || Number(level) >= 40;
  });
