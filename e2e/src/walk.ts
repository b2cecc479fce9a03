import { get } from '@monitor-server/bench/get';
import type { Metric } from '@monitor-server/contract';
import { readMetric, readSession, type Stored, type StoredSession } from './records.ts';

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  /** The link to the page after it. */
  next: string | undefined;
}

/** Reads one page of the list that is called `key` in its answer; an empty list is an empty page. */
export const readPage = async <Item>(port: number, path: string, key: string): Promise<Page<Item>> => {
  const { status, body } = await get(port, path);
  if (status === 204) return { items: [], next: undefined };
  if (status !== 200) throw new Error(`${path} answered ${status}: ${body.subarray(0, 500).toString()}`);
  const answer = JSON.parse(body.toString()) as Record<string, unknown>;
  return { items: answer[key] as Item[], next: (answer['next_url'] as string | null) ?? undefined };
};

/** A list, page after page by its links. */
export async function* walk<Item>(port: number, path: string, key: string): AsyncGenerator<Item[]> {
  let link: string | undefined = path;
  while (link !== undefined) {
    const page: Page<Item> = await readPage(port, link, key);
    yield page.items;
    link = page.next;
  }
}

/** Every metric and every session the server holds. */
export async function* readAll(port: number): AsyncGenerator<Stored[]> {
  for await (const page of walk<Metric>(port, '/api/v1/metrics/?per_page=5000', 'metrics'))
    yield page.map(readMetric);
  for await (const page of walk<StoredSession>(port, '/api/v1/sessions/?per_page=5000', 'sessions'))
    yield page.map(readSession);
}
