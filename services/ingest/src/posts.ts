import {
  answerContext,
  answerSession,
  ProblemError,
  readContext,
  readMetric,
  readSession,
  type Parameters,
  type StoredRecord,
} from '@monitor-server/contract';
import { checkJsonType, serveRoutes } from '@monitor-server/runtime/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IngestOptions } from './app.ts';
import { watchArrivals } from './arrivals.ts';
import { durable, understood } from './failures.ts';
import type { ApplyWait } from './preference.ts';

/** How long a metric's `Idempotency-Key` is remembered. */
const KEY_DAYS = 7;

/** What a post stores, and what it is answered with. */
interface Post {
  record: StoredRecord;
  answer: unknown;
}

function readPost(kind: string, { headers }: FastifyRequest, body: string, parameters: Parameters): Post {
  if (kind === 'session') {
    const value = understood(readSession(body, parameters.session));
    return { record: { type: 'session', value }, answer: answerSession(value) };
  }
  if (kind === 'context') {
    const value = understood(readContext(body, parameters.context));
    return { record: { type: 'context', value }, answer: answerContext(value) };
  }
  const value = understood(readMetric(body));
  const text = headers['idempotency-key'];
  const key = typeof text === 'string' && text !== '' ? { key: { text, days: KEY_DAYS } } : {};
  return { record: { type: 'metric', value, ...key }, answer: value };
}

const KINDS = new Set(['metric', 'session', 'context']);

/**
 * Serves the posts of single records: 201 once the record is durable, or with `Prefer: wait=N` once it can be read
 * back, within those seconds.
 */
export function acceptPosts(
  app: FastifyInstance,
  { intake, timeout }: IngestOptions,
  applyWait: ApplyWait,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
  const arrivals = watchArrivals(timeout);
  app.addHook('onClose', (_, done) => {
    arrivals.close();
    done();
  });
  app.addHook('preParsing', (request, _, payload, done) => {
    checkJsonType(request.headers['content-type']);
    arrivals.begin(request.raw.socket);
    done(null, payload);
  });

  serveRoutes(
    app,
    ({ answer, method }) => method === 'POST' && KINDS.has(answer),
    async ({ route, parameters, raw }, reply) => {
      arrivals.end(raw.raw.socket);
      if (typeof raw.body !== 'string' || raw.body === '')
        throw new ProblemError(400, 'The body is missing.');
      const { record, answer } = readPost(route.answer, raw, raw.body, parameters);
      const batch = await durable(intake.add(record, raw.id));
      await applyWait(raw.headers['prefer'], reply, [batch]);
      return reply.code(201).type('application/json; charset=utf-8').send(JSON.stringify(answer));
    },
  );
}
