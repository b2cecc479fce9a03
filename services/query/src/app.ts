import { createOpenapi, ProblemError } from '@monitor-server/contract';
import { isControlled, mayDo, serveRoutes } from '@monitor-server/runtime/http';
import type { StoreReader } from '@monitor-server/store';
import type { FastifyInstance } from 'fastify';
import { serveExports } from './exports.ts';
import { countQueryOf } from './filters.ts';
import { answerList, isList } from './lists.ts';
import { createDocsPage } from './pages/docs.ts';
import { createLandingPage, landingHeaders, type Counts } from './pages/landing.ts';
import { within } from './patience.ts';

export { openReader } from './reader.ts';

export interface QueryOptions {
  reader: StoreReader;
  /** How many items a page holds unless the request says. */
  pageSize: number;
  /** Seconds after which a read is given up. */
  timeout: number;
  version: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

async function countAll(reader: StoreReader): Promise<Counts> {
  const [metrics, sessions, contexts] = await Promise.all([
    reader.count({ count: 'metrics', filter: {} }),
    reader.count({ count: 'sessions', filter: {} }),
    reader.count({ count: 'contexts' }),
  ]);
  return { metrics, sessions, contexts };
}

/** Adds the routes that answer questions, and the pages for people. */
export function query(app: FastifyInstance, { reader, pageSize, timeout, version }: QueryOptions): void {
  serveRoutes(
    app,
    ({ answer }) => isList(answer),
    async (request, reply) => {
      const { body } = await within(timeout, answerList(reader, pageSize, request));
      return body === undefined ? reply.code(204).send() : reply.type(JSON_TYPE).send(body);
    },
  );

  serveRoutes(
    app,
    ({ answer }) => answer === 'count',
    async (request) => ({ count: await within(timeout, reader.count(countQueryOf(request))) }),
  );

  serveExports(app, reader, timeout);

  serveRoutes(
    app,
    ({ answer }) => answer === 'page',
    async ({ raw }, reply) => {
      const counts = mayDo(raw, 'query') ? await within(timeout, countAll(reader)) : undefined;
      const origin = `${raw.protocol}://${raw.headers.host ?? 'localhost'}`;
      const page = createLandingPage({ origin, counts, version, wantsToken: isControlled(raw) });
      return reply.headers(landingHeaders).type('text/html; charset=utf-8').send(page);
    },
  );

  const readDocs = createDocsPage();
  serveRoutes(
    app,
    ({ answer }) => answer === 'document',
    async ({ query: parameters }, reply) => {
      const answer = readDocs(parameters.find(({ name }) => name === 'asset')?.value);
      if (answer === undefined) throw new ProblemError(404, 'The reference has no such part.');
      return reply
        .headers(answer.headers)
        .header('cache-control', answer.cache)
        .type(answer.type)
        .send(answer.body);
    },
  );

  let openapi: string | undefined;
  serveRoutes(
    app,
    ({ answer }) => answer === 'openapi',
    (_, reply) => {
      openapi ??= JSON.stringify(createOpenapi({ version }));
      return Promise.resolve(reply.type(JSON_TYPE).send(openapi));
    },
  );
}
