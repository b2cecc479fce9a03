import { exportFilters, exportFormats, exportJoins } from '../export-query.ts';
import type { AnswerKind, ParameterName, Route } from '../routes.ts';
import { PAGE_SIZE_LIMIT, RANKING_DEFAULT, RANKING_LIMIT, resourceNames } from '../routes.ts';
import { parameterExamples } from './examples.ts';
import type { Json } from './schemas.ts';

const whole = { type: 'integer', minimum: 1 };
const list = { type: 'array', items: { type: 'string' } };
const joined = { style: 'form', explode: false };

const inPath: Record<ParameterName, Json> = {
  session: { description: 'The hash of a session.' },
  context: { description: 'The hash of an execution context.' },
  item: { description: 'The name of a test, without its parameters.' },
  variant: { description: 'The name of a test with its parameters.' },
  itemLike: { description: 'A text anywhere in the name of a test, upper or lower case.' },
  variantLike: { description: 'A text anywhere in the name of a variant, upper or lower case.' },
  component: { description: 'The name of a component.' },
  pipeline: { description: 'The name of a pipeline.' },
  build: { description: 'The number or name of a build.' },
  kind: { description: 'What was measured: function, module, class, package, session, …' },
  scm: { description: 'The start of an SCM reference.' },
  prefix: { description: 'The start of the hash or name.' },
  resource: { description: 'What to rank by.', schema: { type: 'string', enum: Object.keys(resourceNames) } },
  n: {
    description: `How many metrics, ${RANKING_LIMIT} at most; ${RANKING_DEFAULT} where the path goes without it.`,
    schema: { type: 'integer', minimum: 0 },
    example: Number(parameterExamples.n),
  },
};

// Examples would be filled in by whoever tries an operation, so filters nobody asked for have none.
const inQuery = {
  page: {
    description: 'The page: 1 unless given, -1 is the last one.',
    schema: { type: 'integer', not: { const: 0 } },
  },
  per_page: {
    description: "How many rows a page has, the server's own page size unless given.",
    schema: { ...whole, maximum: PAGE_SIZE_LIMIT },
  },
  after: { description: 'Where the page begins, as `next_url` gives it; `page` is then only echoed.' },
  since: { description: 'The first time that counts, such as `2026-11-22T17:00:00Z`.' },
  until: { description: 'The first time that counts no more, such as `2026-11-23`.' },
  with_flags: { description: 'Names of tags.', schema: list, ...joined },
  with_tags: { description: 'The same as `with_flags`.', deprecated: true, schema: list, ...joined },
  restrict_flags: {
    description:
      'The values of those tags, in the same order. A tag whose value is empty or not given has to be there ' +
      'and not be empty.',
    schema: list,
    ...joined,
  },
  method: {
    description: 'Whether one of the tags is enough, or all have to match.',
    schema: { type: 'string', enum: ['match_any', 'match_all'], default: 'match_any' },
  },
  format: {
    description: 'One JSON object a line, or RFC 4180 with a line of names first.',
    schema: { type: 'string', enum: exportFormats, default: 'ndjson' },
  },
  join: {
    description: 'Whose columns follow those of the metric.',
    schema: { type: 'array', items: { type: 'string', enum: exportJoins } },
    ...joined,
  },
} satisfies Record<string, Json>;

const inHeader = {
  'Idempotency-Key': {
    description:
      'Makes what is posted stored once, however often it is posted: a metric for 7 days, the lines of an ' +
      'import for as long as their metrics are kept.',
  },
  Prefer: {
    description:
      '`wait=N` answers once what was posted can be read back, with `Preference-Applied: wait`, or without that header ' +
      'after N seconds.',
  },
} satisfies Record<string, Json>;

const headers: Partial<Record<AnswerKind, readonly (keyof typeof inHeader)[]>> = {
  metric: ['Idempotency-Key', 'Prefer'],
  session: ['Prefer'],
  context: ['Prefer'],
  import: ['Idempotency-Key', 'Prefer'],
};

type QueryName = keyof typeof inQuery;

const paging: Partial<Record<AnswerKind, readonly QueryName[]>> = {
  metrics: ['page', 'per_page', 'after'],
  sessions: ['page', 'per_page', 'after'],
  contexts: ['page', 'per_page', 'after'],
  components: ['page', 'per_page'],
  componentPipelines: ['page', 'per_page'],
  builds: ['page', 'per_page'],
  buildSessions: ['page', 'per_page'],
};

/** The session lists that look at tags. */
const flagged = new Set(['listSessions', 'findSessions']);

/** Whether a route answers in pages, so that there may be no such page. */
export function isPaged(route: Route): boolean {
  return paging[route.answer] !== undefined;
}

function pathNames(route: Route): string[] {
  return [...route.path.matchAll(/(?<=\{)\w+/g)].map(([name]) => name);
}

/** The filters of an export: each is also a parameter of paths, and has a name of its own as one of queries. */
function filterKeys(route: Route): string[] {
  return route.answer === 'export' ? exportFilters.map((name) => `${name}Filter`) : [];
}

function queryNames(route: Route): QueryName[] {
  return [
    ...(flagged.has(route.name) ? (['with_flags', 'restrict_flags', 'method', 'with_tags'] as const) : []),
    ...(route.timed ? (['since', 'until'] as const) : []),
    ...(paging[route.answer] ?? []),
    ...(route.answer === 'export' ? (['format', 'join'] as const) : []),
  ];
}

/** References to the parameters that a route takes. */
export function parametersOf(route: Route): Json[] {
  const names = [
    ...pathNames(route),
    ...filterKeys(route),
    ...queryNames(route),
    ...(headers[route.answer] ?? []),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** Every parameter of the API, by name. */
export function createParameters(): Record<string, Json> {
  const parameters: Record<string, Json> = {};
  const add = (place: string, table: Record<string, Json>): void => {
    for (const [name, parameter] of Object.entries(table)) {
      parameters[name] = { name, in: place, schema: { type: 'string' }, ...parameter };
    }
  };
  add('path', inPath);
  for (const [name, example] of Object.entries(parameterExamples)) {
    parameters[name] = { example, ...parameters[name], required: true };
  }
  add('query', inQuery);
  for (const name of exportFilters) {
    parameters[`${name}Filter`] = { ...inPath[name], name, in: 'query', schema: { type: 'string' } };
  }
  add('header', inHeader);
  return parameters;
}
