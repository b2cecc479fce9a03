import { CursorError, type ListPage, type PageRequest } from '../store.ts';

/** Where a page lies in a list whose length is known. */
export interface Place {
  number: number;
  pages: number;
  offset: number;
  length: number;
}

/** Finds a page; undefined where there is none. An empty list has page 1, which is also page -1. */
export function placeOf(total: number, { number, size }: PageRequest): Place | undefined {
  const pages = Math.ceil(total / size);
  if (pages === 0)
    return number === 1 || number === -1 ? { number: 1, pages, offset: 0, length: 0 } : undefined;
  const counted = number < 0 ? pages + 1 + number : number;
  if (counted < 1 || counted > pages) return undefined;
  const offset = (counted - 1) * size;
  return { number: counted, pages, offset, length: Math.min(size, total - offset) };
}

/** Reads a cursor that `listRows` gave. */
export function positionOf(after: string): number {
  if (!/^\d{1,15}$/.test(after)) throw new CursorError();
  return Number(after);
}

/** One way through a list: rows after a position, forwards or backwards, each with its position. */
export interface RowSource<Row> {
  /** The length of the list, or undefined where it cannot be known without reading it. */
  total: number | undefined;
  read(options: { after: number; offset: number; limit: number; backwards: boolean }): Row[];
  positionOf(row: Row): number;
  serialise(row: Row): string;
}

function finish<Row>(source: RowSource<Row>, rows: readonly Row[], more: boolean): ListPage {
  const last = rows.at(-1);
  return {
    items: Buffer.from(`[${rows.map(source.serialise).join(',')}]`),
    length: rows.length,
    ...(more && last !== undefined ? { next: String(source.positionOf(last)) } : {}),
  };
}

/** Reads one page of a list in order of storing. */
export function listRows<Row>(source: RowSource<Row>, page: PageRequest): ListPage | undefined {
  const { total } = source;
  const start = { after: 0, offset: 0, backwards: false };
  if (page.after !== undefined || total === undefined) {
    const after = page.after === undefined ? 0 : positionOf(page.after);
    const offset = page.after === undefined ? (page.number - 1) * page.size : 0;
    if (offset < 0 || !Number.isSafeInteger(offset)) return undefined;
    const rows = source.read({ ...start, after, offset, limit: page.size + 1 });
    if (offset > 0 && rows.length === 0) return undefined;
    const more = rows.length > page.size;
    const result = finish(source, more ? rows.slice(0, page.size) : rows, more);
    return total === undefined
      ? result
      : { ...result, number: page.number, pages: Math.ceil(total / page.size) };
  }
  const place = placeOf(total, page);
  if (place === undefined) return undefined;
  const { offset, length, number, pages } = place;
  const rest = total - offset - length;
  const rows =
    rest < offset
      ? source.read({ ...start, offset: rest, limit: length, backwards: true }).reverse()
      : source.read({ ...start, offset, limit: length });
  return { ...finish(source, rows, number < pages), number, pages };
}

/** A page of names that were read as a whole; without a request, all of them. */
export function listNames(names: readonly string[], page: PageRequest | undefined): ListPage | undefined {
  const place =
    page === undefined
      ? { number: 1, pages: 1, offset: 0, length: names.length }
      : placeOf(names.length, page);
  if (place === undefined) return undefined;
  const { offset, length, number, pages } = place;
  return { items: Buffer.from(JSON.stringify(names.slice(offset, offset + length))), length, number, pages };
}
