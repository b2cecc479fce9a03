import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a stub answers; it may also break the connection, or never answer. */
export type Handler = (request: IncomingMessage, response: ServerResponse, at: number) => void;

export interface Stub {
  base: string;
  /** The requests so far, as `METHOD path`. */
  requests: string[];
}

/**
 * A server that fails in ways a real one cannot be made to; `handle` gets the number of the request from 0. It is gone
 * after the test.
 */
export async function startStub(handle: Handler): Promise<Stub> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    handle(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers with JSON. */
export function answer(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
