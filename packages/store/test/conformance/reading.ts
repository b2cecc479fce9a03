import { isDeepStrictEqual } from 'node:util';
import type { CountQuery, ListPage, ListQuery, PageRequest, StoreReader } from '../../src/index.ts';
import { countOf, listOf } from './model.ts';
import type { Subject } from './store.ts';

/** A page with its items parsed. */
export type ReadPage = Omit<ListPage, 'items'> & { items: unknown[] };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export async function read(reader: StoreReader, query: ListQuery): Promise<ReadPage | undefined> {
  const page = await reader.list(query);
  if (page === undefined) return undefined;
  const items = JSON.parse(decoder.decode(page.items)) as unknown[];
  if (items.length !== page.length) throw new Error(`${items.length} items in a page of ${page.length}`);
  return { ...page, items };
}

export function at(query: ListQuery, page: PageRequest): ListQuery {
  return { ...query, page } as ListQuery;
}

/** Follows `next` from the first page to the last. */
export async function walk(
  reader: StoreReader,
  query: ListQuery,
  size: number,
  onPage: () => Promise<unknown> = () => Promise.resolve(),
): Promise<unknown[]> {
  const items: unknown[] = [];
  let after: string | undefined;
  for (let number = 1; number === 1 || after !== undefined; number++) {
    const page = await read(reader, at(query, { number, size, ...(after === undefined ? {} : { after }) }));
    if (page === undefined) throw new Error(`page ${number} of ${JSON.stringify(query)} is not there`);
    if (page.length > size) throw new Error(`page ${number} holds ${page.length} items, not ${size}`);
    items.push(...page.items);
    after = page.next;
    await onPage();
  }
  return items;
}

/** Compares the members of flat rows one by one, which takes a tenth of the time of `isDeepStrictEqual`. */
function isSame(actual: unknown, expected: unknown): boolean {
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null) {
    return actual === expected;
  }
  const [a, b] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
  const keys = Object.keys(b);
  if (keys.length !== Object.keys(a).length) return false;
  return keys.every((key) => a[key] === b[key] || isDeepStrictEqual(a[key], b[key]));
}

/** Where two lists differ first; comparing thousands of items with `toEqual` would take seconds. */
function difference(actual: readonly unknown[], expected: readonly unknown[]): string | undefined {
  const end = Math.max(actual.length, expected.length);
  for (let index = 0; index < end; index++) {
    if (index < actual.length && isSame(actual[index], expected[index])) continue;
    return `item ${index} is ${JSON.stringify(actual[index])}, not ${JSON.stringify(expected[index])}`;
  }
  return undefined;
}

function ranged(query: ListQuery): boolean {
  return 'range' in query.filter && query.filter.range !== undefined;
}

/** Lists that are read as a whole have no cursors. */
export function hasCursors({ list }: ListQuery): boolean {
  return list === 'metrics' || list === 'sessions' || list === 'contexts' || list === 'components';
}

async function listFault({ reader, model }: Subject, query: ListQuery): Promise<string | undefined> {
  const actual = hasCursors(query)
    ? await walk(reader, query, 1_000)
    : (await read(reader, at(query, { number: 1, size: 5_000 })))?.items;
  return difference(actual ?? [], listOf(model, query));
}

async function countFault({ reader, model }: Subject, query: CountQuery): Promise<string | undefined> {
  const count = await reader.count(query);
  const expected = countOf(model, query);
  return count === expected ? undefined : `${count} are counted, not ${expected}`;
}

/** What whole lists and counts have wrong, compared with the model; one text for each that has. */
export async function faultsOf(
  subject: Subject,
  queries: readonly (ListQuery | CountQuery)[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const query of queries) {
    const fault = 'count' in query ? await countFault(subject, query) : await listFault(subject, query);
    if (fault !== undefined) faults.push(`${JSON.stringify(query)}: ${fault}`);
  }
  return faults;
}

/** What one page has wrong; its number counts from either end. */
async function pageFault(
  { reader, model }: Subject,
  query: ListQuery,
  size: number,
  number: number,
): Promise<string | undefined> {
  const expected = listOf(model, query);
  const pages = Math.ceil(expected.length / size);
  const index = number < 0 ? Math.max(pages, 1) + number : number - 1;
  const page = await read(reader, at(query, { number, size }));
  const there = index >= 0 && index < Math.max(pages, 1);
  if (page === undefined || !there) return (page !== undefined) === there ? undefined : `is there: ${!there}`;
  const place = ranged(query) ? [undefined, undefined] : [index + 1, pages];
  if (!isDeepStrictEqual([page.number, page.pages], place)) return `is ${page.number} of ${page.pages}`;
  const more = hasCursors(query) && index + 1 < pages;
  if ((page.next !== undefined) !== more) return `has the cursor ${page.next}`;
  return difference(page.items, expected.slice(index * size, (index + 1) * size));
}

/** What every page of lists, those just outside of them, and the way along their cursors have wrong. */
export async function pageFaults(
  subject: Subject,
  queries: readonly ListQuery[],
  size: number,
): Promise<string[]> {
  const faults: string[] = [];
  for (const query of queries) {
    const expected = listOf(subject.model, query);
    const pages = Math.ceil(expected.length / size);
    const beyond = Math.max(pages, 1) + 1;
    for (let number = ranged(query) ? 0 : -beyond; number <= beyond; number++) {
      const fault = await pageFault(subject, query, size, number);
      if (fault !== undefined) faults.push(`${JSON.stringify(query)}, page ${number}: ${fault}`);
    }
    const walked = hasCursors(query) ? await walk(subject.reader, query, size) : expected;
    const fault = difference(walked, expected);
    if (fault !== undefined) faults.push(`${JSON.stringify(query)}, followed: ${fault}`);
  }
  return faults;
}
