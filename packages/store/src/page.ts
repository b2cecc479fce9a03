import type { ListPage, PageRequest } from './store.ts';

/** Where a page lies in a list whose length is known. */
interface Place {
  number: number;
  pages: number;
  offset: number;
  length: number;
}

/** Finds a page; undefined where there is none. An empty list has page 1, which is also page -1. */
function placeOf(total: number, { number, size }: PageRequest): Place | undefined {
  const pages = Math.ceil(total / size);
  if (pages === 0)
    return number === 1 || number === -1 ? { number: 1, pages, offset: 0, length: 0 } : undefined;
  const counted = number < 0 ? pages + 1 + number : number;
  if (counted < 1 || counted > pages) return undefined;
  const offset = (counted - 1) * size;
  return { number: counted, pages, offset, length: Math.min(size, total - offset) };
}

/** Which rows of a list to read: `limit` of those after a position, or from its end on backwards, `offset` left out. */
export interface Stretch {
  after: number;
  offset: number;
  limit: number;
  backwards: boolean;
}

/** How the rows of a list become the items of a page. */
export interface RowForm<Row> {
  /** What the page after this row is asked for with. */
  cursorOf(row: Row): string;
  serialise(row: Row): string;
}

/** A page of a list in order of storing, before it is read. */
export interface PagePlan {
  readonly stretch: Stretch;
  /** The page that the rows of the stretch make up; undefined where it turns out not to be there. */
  finish<Row>(rows: readonly Row[], form: RowForm<Row>): ListPage | undefined;
}

function assemble<Row>(rows: readonly Row[], more: boolean, form: RowForm<Row>): ListPage {
  const last = rows.at(-1);
  // Adding texts up takes less time than joining them.
  let items = '';
  for (const row of rows) items += items === '' ? form.serialise(row) : `,${form.serialise(row)}`;
  return {
    items: Buffer.from(`[${items}]`),
    length: rows.length,
    ...(more && last !== undefined ? { next: form.cursorOf(last) } : {}),
  };
}

/** A page that is read until it is full: one row more tells whether another follows. */
function planOnwards(
  total: number | undefined,
  { number, size }: PageRequest,
  after: number | undefined,
): PagePlan | undefined {
  const offset = after === undefined ? (number - 1) * size : 0;
  if (offset < 0 || !Number.isSafeInteger(offset)) return undefined;
  return {
    stretch: { after: after ?? 0, offset, limit: size + 1, backwards: false },
    finish(rows, form) {
      if (offset > 0 && rows.length === 0) return undefined;
      const more = rows.length > size;
      const page = assemble(more ? rows.slice(0, size) : rows, more, form);
      return total === undefined ? page : { ...page, number, pages: Math.ceil(total / size) };
    },
  };
}

/**
 * Plans a page of a list in order of storing, or undefined where the list has no such page. `total` is the length of the
 * list, undefined where it cannot be known without reading it; `after` is the position that `page.after` tells.
 */
export function planPage(
  total: number | undefined,
  page: PageRequest,
  after: number | undefined,
): PagePlan | undefined {
  if (after !== undefined || total === undefined) return planOnwards(total, page, after);
  const place = placeOf(total, page);
  if (place === undefined) return undefined;
  const { offset, length, number, pages } = place;
  const rest = total - offset - length;
  const backwards = rest < offset;
  return {
    stretch: { after: 0, offset: backwards ? rest : offset, limit: length, backwards },
    finish: (rows, form) => ({
      ...assemble(backwards ? rows.toReversed() : rows, number < pages, form),
      number,
      pages,
    }),
  };
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
