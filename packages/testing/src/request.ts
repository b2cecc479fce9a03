import http from 'node:http';
import { Readable } from 'node:stream';
import type { Context, Metric, Session } from './rows.ts';

/** Every key an answer of the v1 API may hold; which of them it must hold is what a test states. */
export type Body = {
  count: number;
  metrics: Metric[];
  sessions: Session[];
  contexts: Context[];
  components: string[];
  component: string;
  pipelines: string[];
  pipeline: string;
  builds: string[];
  build: string;
  total_page: number;
  next_url?: string | null;
  prev_url?: string | null;
  type: string;
  title: string;
  status: number;
  detail: string;
  message: string;
  errors?: Record<string, string>;
};

/** `json` is null where the answer has no body or one that is not JSON. */
export type Answer<T = Body> = { status: number; headers: http.IncomingHttpHeaders; text: string; json: T };

export type Sending = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | Readable;
  /** Absent: a new connection for this request alone, as pytest-monitor makes one. */
  agent?: http.Agent;
  /** Milliseconds of silence after which the request counts as hung and rejects. */
  timeout?: number;
};

const isJson = (type: string | undefined): boolean => type !== undefined && /[/+]json\b/.test(type);

/** Behind a queue a record can be read some moments after its answer; tests read at once, so they ask for both. */
const readable = process.env['MONITOR_SERVER_TEST_BACKEND'] === 'pipeline' ? { prefer: 'wait=15' } : {};

/**
 * Sends `path` to the server at `base` (scheme, host, port) byte for byte: nothing is normalised, encoded or
 * folded, non-ASCII goes out as raw UTF-8. Node refuses blanks and control characters there; `exchange` does
 * not. A string or bytes go with their length, a stream goes chunked.
 */
export const request = <T = Body>(base: string, path: string, sending: Sending = {}): Promise<Answer<T>> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const body = typeof sending.body === 'string' ? Buffer.from(sending.body) : sending.body;
    const length = body === undefined || body instanceof Readable ? undefined : String(body.byteLength);
    const outgoing = http.request({
      hostname,
      port,
      path: Buffer.from(path).toString('latin1'),
      method: sending.method ?? 'GET',
      agent: sending.agent ?? false,
      headers: {
        ...(length === undefined ? {} : { 'content-length': length }),
        ...(sending.method === 'POST' ? readable : {}),
        ...sending.headers,
      },
    });
    outgoing.setTimeout(sending.timeout ?? 20_000, () =>
      outgoing.destroy(new Error(`no answer in time: ${sending.method ?? 'GET'} ${path.slice(0, 200)}`)),
    );
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json: T = text !== '' && isJson(incoming.headers['content-type']) ? JSON.parse(text) : null;
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json });
      });
    });
    // A server may answer 413 and close before it has read everything: after the answer this changes nothing.
    outgoing.on('error', reject);
    if (body instanceof Readable) body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing);
    else outgoing.end(body);
  });
