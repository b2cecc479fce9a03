import { readSettings, settingError, type Settings, type Source } from '@monitor-server/runtime';

export type WorkerConfig = Settings<'environment' | 'database' | 'queueUri'>;

/** Reads the configuration of a worker that runs alone: it needs a queue to take batches from. */
export function readConfig(source: Source): WorkerConfig {
  const settings = readSettings(['environment', 'database', 'queueUri'], source);
  throw settingError(
    settings,
    'queueUri',
    settings.queueUri === undefined
      ? 'a worker takes batches from a queue; without one the server stores them itself: run services/standalone'
      : 'a queue is not supported by this version yet: run services/standalone',
  );
}
