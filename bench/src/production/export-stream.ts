import { request } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Client } from 'pg';

/** What came out of one export. */
export interface Stream {
  rows: number;
  seconds: number;
  /** As they came over the wire. */
  bytes: number;
}

const newline = 10;

const countLines = (chunk: Buffer): number => {
  let lines = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++;
  return lines;
};

/** Reads an export to its end and counts its lines, unpacked where it is packed; `head` lines are no rows. */
export const readExport = (port: number, path: string, isPacked: boolean, head: number): Promise<Stream> =>
  new Promise((resolve, reject) => {
    const begin = performance.now();
    let rows = -head;
    let bytes = 0;
    const headers = isPacked ? { 'accept-encoding': 'gzip' } : {};
    const call = request({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${path} answered ${response.statusCode}`));
        response.destroy();
        return;
      }
      if (isPacked !== (response.headers['content-encoding'] === 'gzip')) {
        reject(new Error(`${path} is ${isPacked ? 'not ' : ''}packed`));
        response.destroy();
        return;
      }
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject);
      const text = isPacked ? response.pipe(createGunzip()) : response;
      text.on('data', (chunk: Buffer) => (rows += countLines(chunk)));
      text.on('error', reject);
      text.on('end', () => resolve({ rows, bytes, seconds: (performance.now() - begin) / 1000 }));
    });
    call.on('error', reject);
    call.end();
  });

/** The stream of a client's protocol, of which its types do not tell. */
interface Wire {
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
}

/** Has PostgreSQL send what `select` finds as text, and counts the rows. */
export const readCopy = async (uri: string, select: string): Promise<Stream> => {
  const client = new Client({ connectionString: uri });
  await client.connect();
  let rows = 0;
  let bytes = 0;
  (client as unknown as { connection: Wire }).connection.on('copyData', ({ chunk }) => {
    rows += countLines(chunk);
    bytes += chunk.length;
  });
  try {
    const begin = performance.now();
    await client.query(`COPY (${select}) TO STDOUT`);
    return { rows, bytes, seconds: (performance.now() - begin) / 1000 };
  } finally {
    await client.end();
  }
};
