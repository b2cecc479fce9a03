import { Agent, request, type IncomingMessage } from 'node:http';
import { commonHeaders } from '@monitor-server/bench/get';

/** A status, or what was wrong with the answer, or the code of the error that ended the connection. */
export type Outcome = number | string;

const outcomeOf = ({ statusCode = 0, headers }: IncomingMessage): Outcome =>
  statusCode === 503 && headers['retry-after'] === undefined ? '503 without Retry-After' : statusCode;

export interface Client {
  post: (path: string, body: unknown) => Promise<Outcome>;
  close: () => void;
}

/** Posts JSON to a loopback port: on one connection kept, or on a new one for every request. */
export const createClient = (port: number, isFresh: boolean): Client => {
  const agent = isFresh ? false : new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    post: (path, body) =>
      new Promise((resolve) => {
        const text = JSON.stringify(body);
        const call = request({
          port,
          host: '127.0.0.1',
          path,
          method: 'POST',
          agent,
          timeout: 60_000,
          headers: {
            ...commonHeaders,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        });
        const fail = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
        call.on('error', fail);
        call.on('timeout', () => call.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })));
        call.on('response', (response) => {
          response.on('error', fail);
          response.on('end', () => resolve(outcomeOf(response)));
          response.resume();
        });
        call.end(text);
      }),
    close: () => agent && agent.destroy(),
  };
};
