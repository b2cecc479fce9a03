import type { IncomingMessage } from 'node:http';
import { Agent, request as send } from 'node:https';
import { Readable } from 'node:stream';
import type { Fetch, TlsOptions } from '../remote/options.ts';

/** Statuses whose answers have no body, which a `Response` insists on. */
const WITHOUT_BODY = new Set([204, 205, 304]);

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

function answerOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0;
  const body = WITHOUT_BODY.has(status) ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
  if (body === null) incoming.resume();
  return new Response(body, {
    status,
    statusText: incoming.statusMessage ?? '',
    headers: headersOf(incoming),
  });
}

/**
 * A fetch with certificates of one's own, which the global one of Node.js does not take. Connections are kept for
 * reuse. Redirects are answered as they are, and answers are not asked to be compressed.
 */
export function createSecureFetch({ ca, ...options }: TlsOptions): Fetch {
  const agent = new Agent({ keepAlive: true, ...options, ...(ca !== undefined && { ca: [ca].flat() }) });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    return new Promise((resolve, reject) => {
      const outgoing = send(request.url, {
        agent,
        method: request.method,
        headers: {
          ...Object.fromEntries(request.headers),
          ...(body !== undefined && { 'content-length': body.length }),
        },
        signal: request.signal,
      });
      outgoing.once('response', (incoming) => resolve(answerOf(incoming)));
      outgoing.once('error', (error) => {
        // The message is the one by which callers of fetch tell that it was the connection.
        reject(
          request.signal.aborted ? request.signal.reason : new TypeError('fetch failed', { cause: error }),
        );
      });
      outgoing.end(body);
    });
  };
}
