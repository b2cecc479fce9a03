import { request } from 'node:http';

export interface Answer {
  status: number;
  body: Buffer;
  /** From before the connection is opened until the last byte is there. */
  milliseconds: number;
}

/** Sent with every request, for servers that ask for access; empty unless somebody fills it. */
export const commonHeaders: Record<string, string> = {};

/** A GET on a connection of its own, so that every process of the server gets its share. */
export const get = (port: number, path: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const begin = performance.now();
    const options = { port, host: '127.0.0.1', path, agent: false, timeout: 60_000, headers: commonHeaders };
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const milliseconds = performance.now() - begin;
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), milliseconds });
      });
    });
    call.on('error', reject);
    call.on('timeout', () => call.destroy(new Error(`no answer within 60 s: ${path}`)));
    call.end();
  });
