import ky, { isHTTPError, isNetworkError, isTimeoutError, type HTTPError, type KyInstance } from 'ky';
import { platform } from '#platform';
import {
  ConnectionError,
  MonitorError,
  ProblemError,
  ProtocolError,
  TimeoutError,
  UnsupportedError,
  type Problem,
} from '../errors.ts';
import { readAddress } from './address.ts';
import type { Fetch, RemoteOptions, RetryOptions } from './options.ts';

/** What is sent in the body of a request. */
export interface Content {
  type: string;
  encoding?: string;
  body: Uint8Array<ArrayBuffer> | string;
}

/** Requests to one server. Paths start at its root. Answers are parsed JSON, undefined where there is none (204). */
export interface Http {
  get(path: string, signal: AbortSignal | undefined): Promise<unknown>;
  /** May be sent again: only for what does the same when it is done twice. */
  post(path: string, content: Content, signal: AbortSignal | undefined): Promise<unknown>;
}

const TIMEOUT_MS = 60_000;
const RETRY: RetryOptions = { limit: 3, methods: ['get', 'post'], backoffLimit: 10_000, jitter: true };

/** The texts of answers that were read as a whole; a copy of an answer's body would cost as much as reading it. */
type Texts = WeakMap<Response, string>;

/** Reads the whole answer within the attempt, so that one which breaks off in the middle is tried again. */
function readingWhole(fetch: Fetch, texts: Texts): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.ok) return response;
    texts.set(response, await response.text());
    return response;
  };
}

function fetchOf({ fetch, tls }: RemoteOptions): Fetch {
  if (fetch !== undefined && tls !== undefined) {
    throw new UnsupportedError('the options fetch and tls exclude each other');
  }
  return tls === undefined
    ? (fetch ?? ((input, init) => globalThis.fetch(input, init)))
    : platform.secureFetch(tls);
}

function headersOf({ token, headers }: RemoteOptions, authorization: string | undefined): Headers {
  const all = new Headers(headers);
  if (authorization !== undefined) all.set('authorization', authorization);
  if (token !== undefined) all.set('authorization', `Bearer ${token}`);
  all.set('accept', 'application/json');
  return all;
}

const DETAIL_LENGTH = 200;

/** What the server says; something of the same form where a proxy answered in its own way. */
function problemOf({ data, response }: HTTPError): Problem {
  if (typeof data === 'object' && data !== null && 'title' in data && 'detail' in data)
    return data as Problem;
  const { status, statusText } = response;
  const detail = typeof data === 'string' ? data.trim().slice(0, DETAIL_LENGTH) : 'The answer says no more.';
  return { type: 'about:blank', title: statusText || 'Failure', status, detail };
}

/**
 * What failed, as an error of this library. Errors of ky are not handed on, not even as causes: they hold the request
 * with its token, and whatever logs them would write that down.
 */
function failureOf(error: unknown, method: string, url: string): unknown {
  if (isHTTPError(error)) return new ProblemError(method, url, problemOf(error));
  if (isTimeoutError(error)) return new TimeoutError(url, `no answer in time (${method} ${url})`);
  if (!isNetworkError(error)) return error;
  const { cause } = error;
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = reason instanceof Error && reason.message !== '' ? reason.message : 'the connection failed';
  return new ConnectionError(url, `cannot reach the server: ${why} (${method} ${url})`, { cause });
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProtocolError(`${url} is not answered by a monitor-server: the answer is not JSON`, {
      cause: error,
    });
  }
}

/** Sends requests to the server at an address; throws an error of this library for whatever fails. */
export function createHttp(url: URL, options: RemoteOptions): Http {
  const { root, authorization } = readAddress(url);
  const retry = typeof options.retry === 'number' ? { limit: options.retry } : options.retry;
  const texts: Texts = new WeakMap();
  const client: KyInstance = ky.create({
    headers: headersOf(options, authorization),
    timeout: options.timeout ?? TIMEOUT_MS,
    retry: { ...RETRY, ...retry },
    fetch: readingWhole(fetchOf(options), texts),
  });

  async function send(method: 'GET' | 'POST', path: string, init: object, signal: AbortSignal | undefined) {
    const target = `${root}${path}`;
    try {
      signal?.throwIfAborted();
      const response = await client(target, { method, ...init, ...(signal !== undefined && { signal }) });
      const text = texts.get(response) ?? '';
      return text === '' ? undefined : parse(text, target);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof MonitorError ? error : failureOf(error, method, target);
    }
  }

  return {
    get: (path, signal) => send('GET', path, {}, signal),
    post: (path, { type, encoding, body }, signal) => {
      const headers = {
        'content-type': type,
        ...(encoding !== undefined && { 'content-encoding': encoding }),
      };
      return send('POST', path, { body, headers }, signal);
    },
  };
}
