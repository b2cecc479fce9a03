export { createClient, type Client, type Counts } from './client.ts';
export { exchange, type Exchange } from './exchange.ts';
export { hasNginx, startNginx, type Nginx } from './nginx/nginx.ts';
export { withClient } from './postgres/client.ts';
export { hasDump } from './postgres/dump.ts';
export { openPostgres, type PostgresDatabase, type Preparation } from './postgres/database.ts';
export { hasPgbouncer, startPgbouncer, type Pgbouncer } from './postgres/pgbouncer.ts';
export { startPostgres, type Postgres, type PostgresOptions } from './postgres/server.ts';
export { certificate, certificateFolder } from './servers/certificate.ts';
export { openRedis, type RedisDatabase } from './redis/database.ts';
export { startRedis, type Redis, type RedisOptions } from './redis/server.ts';
export { request, type Answer, type Body, type Sending } from './request.ts';
export {
  build,
  context,
  hash,
  metric,
  readContext,
  readSession,
  session,
  type Context,
  type ContextPost,
  type Metric,
  type Session,
  type SessionPost,
  type Tag,
} from './rows.ts';
export { runs } from './runs.ts';
export { startServer, type Server, type ServerOptions } from './server.ts';
