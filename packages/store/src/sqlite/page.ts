import { planPage, type Stretch } from '../page.ts';
import { CursorError, type ListPage, type PageRequest } from '../store.ts';

/** Reads a cursor that `listRows` gave. */
function positionIn(after: string): number {
  if (!/^\d{1,15}$/.test(after)) throw new CursorError();
  return Number(after);
}

/** One way through a list: rows after a position, forwards or backwards, each with its position. */
export interface RowSource<Row> {
  /** The length of the list, or undefined where it cannot be known without reading it. */
  total: number | undefined;
  read(stretch: Stretch): Row[];
  positionOf(row: Row): number;
  serialise(row: Row): string;
}

/** Reads one page of a list in order of storing. */
export function listRows<Row>(source: RowSource<Row>, page: PageRequest): ListPage | undefined {
  const plan = planPage(source.total, page, page.after === undefined ? undefined : positionIn(page.after));
  return plan?.finish(source.read(plan.stretch), {
    cursorOf: (row) => String(source.positionOf(row)),
    serialise: source.serialise,
  });
}
