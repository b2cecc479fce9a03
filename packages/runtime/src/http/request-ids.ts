import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const HEADER = 'x-request-id';

/** What may stand in logs as it is: others are replaced, so that nobody writes lines of their own. */
const SANE = /^[\w.:+/=@-]{1,128}$/;

function sentId({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const id = headers[HEADER];
  return typeof id === 'string' && SANE.test(id) ? id : undefined;
}

/** Names requests: as whoever sent them did, or with a number that no other process gives. */
export function createRequestIds(): (request: Pick<IncomingMessage, 'headers'>) => string {
  const prefix = randomBytes(6).toString('base64url');
  let last = 0;
  return (request) => sentId(request) ?? `${prefix}-${(++last).toString(36)}`;
}

/** Answers requests that were named with their names. */
export function echoRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const id = sentId(request);
    if (id !== undefined) reply.header(HEADER, id);
    done();
  });
}
