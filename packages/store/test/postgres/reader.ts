import { openPostgresReader } from '../../src/postgres/index.ts';

/** A reader of one server, without replicas. */
export const openReader = (uri: string, statementTimeoutMs = 20_000) =>
  openPostgresReader({ uris: [uri], replicas: [], maxLagMs: 5_000, statementTimeoutMs, poolSize: 4 });
