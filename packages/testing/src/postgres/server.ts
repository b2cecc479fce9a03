import { ask } from '../servers/guard-client.ts';
import { currentRun } from '../servers/run.ts';
import { withClient } from './client.ts';
import { copyData, startCluster, type Cluster, type Settings } from './cluster.ts';
import { backUp } from './replica.ts';

export type PostgresOptions = {
  /** Major version, 14 to 18; without it whatever the machine has, or `MONITOR_SERVER_TEST_POSTGRES_VERSION`. */
  version?: number;
  /** Lines of postgresql.conf. Unlike the shared server this one syncs its writes, unless `fsync` says no. */
  settings?: Settings;
  /** Makes it a streaming replica of this one, of whose version it then is. */
  replicaOf?: Postgres;
};

/** A server of a test's own. */
export type Postgres = Cluster & {
  version: number | undefined;
  /** Makes a replica a primary; resolves once it takes writes. */
  promote: () => Promise<void>;
};

/**
 * A PostgreSQL server of one's own, for tests that stop, kill, freeze or configure it. It needs programs on this
 * machine; a container would not do, because nobody outside can freeze or kill its processes one by one. Its
 * superuser is `postgres`, without a password, on 127.0.0.1 only. It ends with the run at the latest.
 */
export const startPostgres = async (options: PostgresOptions = {}): Promise<Postgres> => {
  const run = currentRun();
  const version = options.replicaOf?.version ?? options.version;
  const query = version === undefined ? '' : `?version=${version}`;
  const { programs, pristine } = await ask('/postgres/programs', query);
  const folder =
    options.replicaOf === undefined
      ? await copyData(run, pristine)
      : await backUp(run, programs, options.replicaOf);
  const cluster = await startCluster(run, programs, folder, options.settings ?? {});
  return {
    ...cluster,
    version,
    promote: () =>
      withClient(cluster.uri(), async (client) => {
        await client.query('SELECT pg_promote(true, 60)');
      }),
  };
};
