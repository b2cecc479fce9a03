import type { IncomingMessage } from 'node:http';
import { createProblem, ProblemError, type FieldErrors, type ProblemStatus } from '@monitor-server/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Whether a request has a body of which there is more to come. One without a body is not complete at first either. */
function isBodyComing({ complete, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && !complete;
}

export function sendProblem(
  reply: FastifyReply,
  status: ProblemStatus,
  detail: string,
  errors?: FieldErrors,
): FastifyReply {
  // Were the connection closed while the body is on its way, a gateway that sends it could not read the answer.
  if (isBodyComing(reply.request.raw)) reply.raw.shouldKeepAlive = true;
  return reply
    .code(status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(createProblem(status, detail, errors)));
}

/** Failures that fastify finds by itself, in words of this API. */
const FASTIFY_PROBLEMS: Readonly<Record<string, [ProblemStatus, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'The body is larger than 1 MiB.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'Content-Type is not a media type.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'The body is not as long as Content-Length says.'],
};

/** A store that cannot be written refuses thousands of posts a second; one line now and then says as much. */
const WARN_EVERY_MS = 10_000;
let warnedAt = 0;

function warnUnavailable(error: ProblemError, request: FastifyRequest): void {
  if (Date.now() - warnedAt < WARN_EVERY_MS) return;
  warnedAt = Date.now();
  request.log.warn(
    { request: request.id, url: request.originalUrl, err: error.cause },
    `answered 503: ${error.message}`,
  );
}

function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ProblemError) {
    if (error.status === 503) {
      reply.header('retry-after', '1');
      warnUnavailable(error, request);
    }
    return sendProblem(reply, error.status, error.message, error.errors);
  }
  const known = FASTIFY_PROBLEMS[error.code];
  if (known !== undefined) return sendProblem(reply, ...known);
  if (error.statusCode === 400) return sendProblem(reply, 400, error.message);
  // Nobody is there to read it, and it is no failure of the server.
  if (request.raw.readableAborted) return sendProblem(reply, 400, 'The body broke off.');
  request.log.error({ request: request.id, err: error, url: request.originalUrl }, 'request failed');
  return sendProblem(reply, 500, 'The server failed to answer. Its log says why.');
}

function handleNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const methods = request.resolution?.found === false ? request.resolution.methods : [];
  const path = request.originalUrl.split('?', 1)[0];
  if (methods.length === 0) return sendProblem(reply, 404, `There is nothing at ${path}.`);
  reply.header('allow', methods.join(', '));
  if (request.method === 'OPTIONS') return reply.code(204).send();
  return sendProblem(reply, 405, `${request.method} is not possible at ${path}, only ${methods.join(', ')}.`);
}

/** Answers every failure as an RFC 9457 problem. */
export function handleProblems(app: FastifyInstance): void {
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
}
