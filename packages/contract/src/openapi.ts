import {
  answerExample,
  contextExample,
  importExample,
  metricExample,
  sessionExample,
} from './openapi/examples.ts';
import { createParameters, isPaged, parametersOf } from './openapi/parameters.ts';
import { createSchemas, schemaReference, type Json } from './openapi/schemas.ts';
import { securityOf, securitySchemes } from './openapi/security.ts';
import { createProblem, type FieldErrors, type ProblemStatus } from './problem.ts';
import { API_PREFIX } from './resolution.ts';
import { PAGE_SIZE_LIMIT, routes, scopesOf, type AnswerKind, type Route } from './routes.ts';

const groups = {
  Reporting:
    'What pytest-monitor posts. 201 says that it is stored for good; no order between posts is required.',
  Metrics: 'What was measured, one entry a test and run, in the order of storing.',
  Sessions: 'Runs of pytest, with their tags.',
  'Execution contexts': 'The machines and Pythons that tests ran on.',
  'Components and pipelines': 'Names, in the order in which they first appeared.',
  Rankings: 'The metrics that cost most or least.',
  Counts: 'How many there are.',
  Server: 'This reference and the page about the server.',
};

interface Shape {
  group: keyof typeof groups;
  says: string;
  /** The status that says there is nothing, where that is not an empty list. */
  empty?: 204;
  media?: string;
}

const shapes: Record<AnswerKind, Shape> = {
  metrics: { group: 'Metrics', says: 'A page of metrics.', empty: 204 },
  sessions: { group: 'Sessions', says: 'A page of sessions.', empty: 204 },
  contexts: { group: 'Execution contexts', says: 'A page of execution contexts.', empty: 204 },
  components: {
    group: 'Components and pipelines',
    says: 'The components: all of them, or a page where one was asked for.',
    empty: 204,
  },
  pipelines: { group: 'Components and pipelines', says: 'All pipelines.', empty: 204 },
  componentPipelines: { group: 'Components and pipelines', says: 'A page of pipelines.' },
  builds: { group: 'Components and pipelines', says: 'A page of builds.' },
  buildSessions: { group: 'Components and pipelines', says: 'A page of session hashes.' },
  ranking: { group: 'Rankings', says: 'The metrics, the first one first.' },
  count: { group: 'Counts', says: 'How many there are.' },
  export: {
    group: 'Metrics',
    says: 'One metric a line, in the order of storing. A stream that breaks off has ended early.',
    media: 'application/x-ndjson',
  },
  metric: { group: 'Reporting', says: 'What was posted.' },
  session: { group: 'Reporting', says: 'What was posted. Of a session posted twice the first stays.' },
  context: {
    group: 'Reporting',
    says: 'What was posted. Of an execution context posted twice the first stays.',
  },
  import: { group: 'Reporting', says: 'What became of the lines. Bad lines never stop good ones.' },
  document: { group: 'Server', says: 'The page.', media: 'text/html' },
  openapi: { group: 'Server', says: 'The document.' },
  page: { group: 'Server', says: 'The page.', media: 'text/html' },
};

const failures = {
  BadRequest: [400, `per_page must be a whole number from 1 to ${PAGE_SIZE_LIMIT}, not "0".`],
  BadBody: [400, 'The body has bad fields: total_time.', { total_time: 'is required' }],
  Unauthorized: [401, 'This server wants an access token.'],
  Forbidden: [403, 'This wants a token with the scope query.'],
  NotFound: [404, 'There is no such page.'],
  TooLarge: [413, 'The body is larger than 1 MiB.'],
  UnsupportedType: [415, 'The body must be JSON.'],
  TooMany: [429, 'There were too many requests. Try again in 20 seconds.'],
  Unavailable: [503, 'Nothing can be stored at the moment.'],
  Failure: [500, 'The server failed.'],
} satisfies Record<string, [ProblemStatus, detail: string, errors?: FieldErrors]>;

type Failure = keyof typeof failures;

function createResponses(): Record<string, Json> {
  const schema = schemaReference('problem');
  const retryAfter = { description: 'After how many seconds to try again.', schema: { type: 'integer' } };
  const responses: Record<string, Json> = {};
  for (const [name, [status, detail, errors]] of Object.entries(failures)) {
    const example = createProblem(status, detail, errors);
    responses[name] = {
      description: `${example.title}.`,
      ...((status === 503 || status === 429) && { headers: { 'Retry-After': retryAfter } }),
      content: { 'application/problem+json': { schema, example } },
    };
  }
  responses['Failure'] = { ...responses['Failure'], description: 'Any other failure.' };
  return responses;
}

function responseReference(name: Failure): Json {
  return { $ref: `#/components/responses/${name}` };
}

function refusalsOf(route: Route): Failure[] {
  const refusals: Failure[] = scopesOf(route).length > 0 ? ['Unauthorized', 'Forbidden'] : [];
  const isLimited = route.method === 'GET' || route.answer === 'import';
  return isLimited ? [...refusals, 'TooMany'] : refusals;
}

function failuresOf(route: Route): Failure[] {
  if (shapes[route.answer].group === 'Server') return [];
  if (route.answer === 'import') return ['BadRequest', 'TooLarge', 'UnsupportedType', 'Unavailable'];
  if (route.method === 'POST') return ['BadBody', 'TooLarge', 'UnsupportedType', 'Unavailable'];
  return isPaged(route) || route.answer === 'ranking' ? ['BadRequest', 'NotFound'] : ['BadRequest'];
}

function answersOf(route: Route): Record<string, Json> {
  const { says, empty, media = 'application/json' } = shapes[route.answer];
  const example = answerExample(route);
  const schema =
    example === undefined || media !== 'application/json'
      ? { type: media === 'application/json' ? 'object' : 'string' }
      : schemaReference(route.answer);
  const status = route.method === 'POST' && route.answer !== 'import' ? 201 : 200;
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return {
    [status]: {
      description: says,
      content: { [media]: content, ...(route.answer === 'export' && { 'text/csv': { schema } }) },
    },
    ...(empty && { [empty]: { description: 'There is nothing.' } }),
    ...Object.fromEntries(
      [...failuresOf(route), ...refusalsOf(route)].map((name) => [
        failures[name][0],
        responseReference(name),
      ]),
    ),
    default: responseReference('Failure'),
  };
}

function bodyOf(route: Route): Json {
  if (route.answer === 'import') {
    const schema = {
      type: 'string',
      description:
        'One JSON object a line: the body of a metric, session or context with its `type`, and maybe the `id` ' +
        'under which it is stored once. Any length, 1 MiB a line; gzip is accepted.',
    };
    const content = { schema, example: importExample };
    return { required: true, content: { 'application/x-ndjson': content, 'application/jsonl': content } };
  }
  const examples: Partial<Record<AnswerKind, unknown>> = {
    metric: metricExample,
    session: sessionExample,
    context: contextExample,
  };
  const schema = schemaReference(`${route.answer}Body`);
  return { required: true, content: { 'application/json': { schema, example: examples[route.answer] } } };
}

function descriptionOf(route: Route): string | undefined {
  const also = route.also?.map((path) => `\`${path}\``).join(', ');
  const sentences = [
    also && `Also served as ${also}${route.method === 'POST' ? ', the hash then left out of the body' : ''}.`,
    route.timed &&
      isPaged(route) &&
      'With `since` or `until` a page has neither `total_page` nor `prev_url`, and none is counted from the end.',
  ];
  return sentences.filter(Boolean).join(' ') || undefined;
}

function operationOf(route: Route): Json {
  const description = descriptionOf(route);
  const parameters = parametersOf(route);
  return {
    operationId: route.name,
    tags: [shapes[route.answer].group],
    summary: route.summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.method === 'POST' && { requestBody: bodyOf(route) }),
    security: securityOf(route),
    responses: answersOf(route),
  };
}

const PARAMETER = /\{\w+\}/g;

/** Spellings that leave a parameter to its default, such as rankings without a number: OpenAPI has no optional ones. */
function shortForms({ also = [], ...route }: Route): Route[] {
  const count = (path: string): number => path.match(PARAMETER)?.length ?? 0;
  return also
    .filter((path) => count(path) < count(route.path))
    .map((path) => ({ ...route, path, name: `${route.name}ByDefault` }));
}

/** An OpenAPI 3.1 document; `paths` has the operations by path and method. */
export interface OpenapiDocument {
  openapi: string;
  info: Json;
  servers: Json[];
  security: Json[];
  tags: Json[];
  paths: Record<string, Record<string, Json>>;
  components: Record<'schemas' | 'parameters' | 'responses' | 'securitySchemes', Record<string, Json>>;
}

/**
 * The description of the whole API, made of the route table and the schemas. Each route stands under its
 * canonical path; the server's URL is relative, so the document holds wherever it was read from.
 */
export function createOpenapi({ version }: { version: string }): OpenapiDocument {
  const paths: OpenapiDocument['paths'] = {};
  for (const route of routes.flatMap((each) => [each, ...shortForms(each)])) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'monitor-server',
      version,
      summary: 'Keeps what pytest-monitor measures of every test, and answers questions about it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: API_PREFIX, description: 'This server' }],
    security: [],
    tags: Object.entries(groups).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: createSchemas(),
      parameters: createParameters(),
      responses: createResponses(),
      securitySchemes,
    },
  };
}
