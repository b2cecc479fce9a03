import { PAGE_SIZE_LIMIT } from '@monitor-server/contract';
import type { Page } from '../dialect.ts';
import { ProtocolError } from '../errors.ts';
import type { Http } from './http.ts';
import type { Query } from './requests.ts';

/** How many rows a page has: as many as a server gives, because every page costs a round trip. */
export const PAGE_QUERY: Query = [['per_page', PAGE_SIZE_LIMIT]];

interface Answer<R> {
  rows: readonly R[];
  next: string | undefined;
  pages: number | undefined;
}

/** What an answer holds under a key; throws a ProtocolError where the answer is none of a monitor-server. */
export function fieldOf<T>(
  answer: unknown,
  key: string,
  isRight: (value: unknown) => boolean,
  path: string,
): T {
  const value = (answer as Record<string, unknown> | null)?.[key];
  if (isRight(value)) return value as T;
  throw new ProtocolError(`${path} is not answered by a monitor-server: the answer has no ${key}`);
}

function read<R>(answer: unknown, key: string, path: string): Answer<R> {
  if (answer === undefined) return { rows: [], next: undefined, pages: 0 };
  const rows = fieldOf<readonly R[]>(answer, key, Array.isArray, path);
  const { next_url: next, total_page: pages } = answer as { next_url?: string | null; total_page?: number };
  if (next === undefined || next === null) return { rows, next: undefined, pages };
  // The link is put behind the address, so one that does not start with a slash could lead to another host.
  if (!next.startsWith('/')) throw new ProtocolError(`${path} links to ${next}, which is no path`);
  return { rows, next, pages };
}

/**
 * All pages of a list, from a request on. While one is worked on, the next is under way already. `total` is the size
 * of all pages together until the last one tells the true number.
 */
export async function* pagesFrom<R>(
  http: Http,
  path: string,
  key: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page<R>> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);

  function ask(target: string): Promise<Answer<R>> {
    const answer = http.get(target, either).then((body) => read<R>(body, key, target));
    // It is awaited later, or not at all when the reader stops before.
    answer.catch(() => undefined);
    return answer;
  }

  try {
    let done = 0;
    for (let asked: Promise<Answer<R>> | undefined = ask(path); asked !== undefined;) {
      const { rows, next, pages }: Answer<R> = await asked;
      asked = next === undefined ? undefined : ask(next);
      done += rows.length;
      const total = next === undefined ? done : pages && pages * rows.length;
      yield { rows, total: total === undefined ? undefined : Math.max(total, done) };
    }
  } finally {
    ended.abort();
  }
}

/** All rows of a list. */
export async function rowsFrom<R>(
  http: Http,
  path: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<R[]> {
  const all: R[] = [];
  for await (const { rows } of pagesFrom<R>(http, path, key, signal)) all.push(...rows);
  return all;
}
