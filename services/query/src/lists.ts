import {
  pageLink,
  ProblemError,
  readCursor,
  readPage,
  readPageSize,
  readRange,
  type AnswerKind,
  type Parameters,
} from '@monitor-server/contract';
import type { ApiRequest } from '@monitor-server/runtime/http';
import {
  CursorError,
  type ListPage,
  type ListQuery,
  type PageRequest,
  type StoreReader,
} from '@monitor-server/store';
import { createCursor, invalidCursor, positionIn } from './cursor.ts';
import { listQueryOf } from './filters.ts';

/** How a list is answered: under which key, with which names beside it, and what an empty one is. */
interface Shape {
  key: string;
  names: readonly (keyof Parameters)[];
  /** Links and total: `list` leaves out links that are not there, `names` says null, `bare` has none at all. */
  envelope: 'list' | 'names' | 'bare';
  empty: 200 | 204;
}

const SHAPES: Partial<Record<AnswerKind, Shape>> = {
  metrics: { key: 'metrics', names: [], envelope: 'list', empty: 204 },
  sessions: { key: 'sessions', names: [], envelope: 'list', empty: 204 },
  contexts: { key: 'contexts', names: [], envelope: 'list', empty: 204 },
  components: { key: 'components', names: [], envelope: 'list', empty: 204 },
  pipelines: { key: 'pipelines', names: [], envelope: 'bare', empty: 204 },
  componentPipelines: { key: 'pipelines', names: ['component'], envelope: 'names', empty: 200 },
  builds: { key: 'builds', names: ['component', 'pipeline'], envelope: 'names', empty: 200 },
  buildSessions: {
    key: 'sessions',
    names: ['component', 'pipeline', 'build'],
    envelope: 'names',
    empty: 200,
  },
  ranking: { key: 'metrics', names: [], envelope: 'names', empty: 200 },
};

export function isList(answer: AnswerKind): boolean {
  return SHAPES[answer] !== undefined;
}

/** A list's answer; without a body it is 204. */
export interface ListAnswer {
  body: Buffer | undefined;
}

function withoutPage(query: ListQuery): unknown {
  return { ...query, page: undefined };
}

function pageRequest({ query }: ApiRequest, standardSize: number, timed: boolean): PageRequest {
  const number = readPage(query);
  if (timed && number < 0)
    throw new ProblemError(400, 'Under a time range pages cannot be counted from the end.');
  return { number, size: readPageSize(query, standardSize) };
}

function noSuchPage({ raw, query }: ApiRequest): ProblemError {
  return new ProblemError(404, `${raw.originalUrl.split('?', 1)[0]} has no page ${readPage(query)}.`);
}

async function read(reader: StoreReader, query: ListQuery): Promise<ListPage | undefined> {
  try {
    return await reader.list(query);
  } catch (error) {
    throw error instanceof CursorError ? invalidCursor() : error;
  }
}

/** The links of a page that was read; a cursor is given where the store has one. */
function linksOf(
  { route, parameters, queryText }: ApiRequest,
  page: ListPage,
  query: ListQuery,
  number: number,
) {
  const link = (to: number, after?: string): string => pageLink(route, parameters, queryText, to, after);
  const cursor = page.next === undefined ? undefined : createCursor(withoutPage(query), page.next);
  const more = page.pages === undefined ? cursor !== undefined : cursor !== undefined || number < page.pages;
  return {
    next: more ? link(number + 1, cursor) : undefined,
    prev: page.pages !== undefined && number > 1 ? link(number - 1) : undefined,
  };
}

function assemble(
  request: ApiRequest,
  shape: Shape,
  query: ListQuery,
  page: ListPage,
  number: number,
): Buffer {
  const { names, key, envelope } = shape;
  const head = names
    .flatMap((name) =>
      request.parameters[name] === undefined
        ? []
        : [`"${name}":${JSON.stringify(request.parameters[name])},`],
    )
    .join('');
  let tail = '';
  if (envelope !== 'bare') {
    const { next, prev } =
      query.list === 'ranking' ? { next: undefined, prev: undefined } : linksOf(request, page, query, number);
    const url = (name: string, value: string | undefined): string =>
      value === undefined && envelope === 'list' ? '' : `,"${name}":${JSON.stringify(value ?? null)}`;
    const total = page.pages === undefined ? '' : `,"total_page":${page.pages}`;
    tail = `${url('prev_url', prev)}${url('next_url', next)}${total}`;
  }
  return Buffer.concat([Buffer.from(`{${head}"${key}":`), page.items, Buffer.from(`${tail}}`)]);
}

/** Answers a list. `pageSize` is the standard number of items on a page. */
export async function answerList(
  reader: StoreReader,
  pageSize: number,
  request: ApiRequest,
): Promise<ListAnswer> {
  const shape = SHAPES[request.route.answer];
  if (shape === undefined) throw new Error(`${request.route.name} is no list`);
  const range = readRange(request.query, request.route.timed === true);
  const ranked = request.route.answer === 'ranking';
  const plain = pageRequest(request, pageSize, range !== undefined && !ranked);
  const query = listQueryOf(request, plain);
  const cursor = shape.envelope === 'list' && 'page' in query ? readCursor(request.query) : undefined;
  const after =
    cursor === undefined ? {} : { page: { ...plain, after: positionIn(withoutPage(query), cursor) } };
  const asked = { ...query, ...after } as ListQuery;
  const page = await read(reader, asked);
  if (page === undefined) throw noSuchPage(request);
  if (page.length === 0 && shape.empty === 204) return { body: undefined };
  return { body: assemble(request, shape, query, page, page.number ?? plain.number) };
}
