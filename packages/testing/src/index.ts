export { createClient, type Client, type Counts } from './client.ts';
export { exchange, type Exchange } from './exchange.ts';
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
export { startServer, type Server, type ServerOptions } from './server.ts';
