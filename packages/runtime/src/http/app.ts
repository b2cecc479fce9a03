import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import {
  readQuery,
  resolve,
  routes,
  scopesOf,
  type Parameters,
  type QueryParameter,
  type Resolution,
  type Route,
} from '@monitor-server/contract';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import type { Certificate } from '../config/index.ts';
import { handleClientError } from './client-error.ts';
import { healthPath } from './health.ts';
import { handleProblems } from './problems.ts';
import { createRequestIds, echoRequestIds } from './request-ids.ts';
import { followCertificate, secureOptions } from './tls.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request line asks for. */
    readonly resolution: Resolution | undefined;
  }
}

const resolutions = new WeakMap<IncomingMessage, Resolution>();

export interface HttpOptions {
  logger: Logger;
  /** Seconds after which a request is given up. */
  timeout: number;
  certificate?: Certificate | undefined;
  /** Addresses of proxies whose word on the address of a client counts. */
  trustedProxies?: readonly string[] | undefined;
}

/** A body may hold one record; imports count by the line. */
export const BODY_LIMIT = 1024 * 1024;

/** Longer than proxies keep idle connections, which is 60 s: else one is closed just as they use it. */
const KEEP_ALIVE_MS = 75_000;

/** How often is looked for connections on which a head does not arrive in time. */
const CHECK_MS = 1_000;

/** A connection without traffic is closed a little after the request on it was given up and answered. */
const IDLE_GRACE_MS = 5_000;

/**
 * An HTTP application without routes. Requests are routed by the contract's table alone: the name of the route
 * becomes the URL that fastify sees, so that names in paths never meet its router.
 */
export function createHttpApp({
  logger,
  timeout,
  certificate,
  trustedProxies,
}: HttpOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger;
  const app = fastify({
    ...(certificate === undefined
      ? { http: { connectionsCheckingInterval: CHECK_MS } }
      : { https: { ...secureOptions(certificate), connectionsCheckingInterval: CHECK_MS } }),
    loggerInstance,
    requestIdHeader: false,
    genReqId: createRequestIds(),
    // A logger for each request would cost more than most requests log.
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    rewriteUrl(request) {
      const health = healthPath(request.url ?? '/');
      if (health !== undefined) return health;
      const resolution = resolve(request.method ?? 'GET', request.url ?? '/');
      resolutions.set(request, resolution);
      return resolution.found ? `/${resolution.route.name}` : '/';
    },
    trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: timeout * 1000 + IDLE_GRACE_MS,
    requestTimeout: 0,
    clientErrorHandler: handleClientError,
  });
  app.server.headersTimeout = timeout * 1000;
  app.decorateRequest('resolution', {
    getter() {
      return resolutions.get(this.raw);
    },
  });
  echoRequestIds(app);
  handleProblems(app);
  if (certificate !== undefined) {
    const { close } = followCertificate(app.server as Server, certificate, logger);
    app.addHook('onClose', async () => close());
  }
  return app;
}

/** A request as the contract reads it. */
export interface ApiRequest {
  route: Route;
  parameters: Parameters;
  query: QueryParameter[];
  /** The query as it was sent, for links. */
  queryText: string;
  raw: FastifyRequest;
}

export type ApiHandler = (request: ApiRequest, reply: FastifyReply) => Promise<unknown>;

/** Serves the routes that `choose` picks from the contract's table with one handler. */
export function serveRoutes(
  app: FastifyInstance,
  choose: (route: Route) => boolean,
  handler: ApiHandler,
): void {
  for (const route of routes.filter(choose)) {
    app.route({
      method: route.method,
      url: `/${route.name}`,
      // Posts of results are slowed down where they are too many, and never refused for that.
      config: { scopes: scopesOf(route), limited: route.method === 'GET' || route.answer === 'import' },
      handler(raw, reply) {
        const { resolution } = raw;
        if (resolution?.found !== true) throw new Error(`no resolution for ${raw.originalUrl}`);
        const { parameters, query } = resolution;
        return handler({ route, parameters, query: readQuery(query), queryText: query, raw }, reply);
      },
    });
  }
}
