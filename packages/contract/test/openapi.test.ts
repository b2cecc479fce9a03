import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  answers,
  createOpenapi,
  readContext,
  readLine,
  readMetric,
  readSession,
  routes,
} from '../src/index.ts';

const document = createOpenapi({ version: '1.2.3' });

const content = z.record(z.string(), z.object({ schema: z.unknown(), example: z.unknown().optional() }));

const operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()).length(1),
  parameters: z.array(z.object({ $ref: z.string() })).optional(),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});

const operations = Object.values(document.paths)
  .flatMap((methods) => Object.values(methods))
  .map((each) => operation.parse(each));

function find(name: string): (typeof operations)[number] {
  const found = operations.find(({ operationId }) => operationId === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
}

function parametersOf(name: string): string[] {
  return (find(name).parameters ?? []).map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1));
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === '$ref' ? [z.string().parse(each)] : references(each),
  );
}

function resolve(reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => z.record(z.string(), z.unknown()).parse(value)[key], document);
}

function exampleOf(name: string): unknown {
  const { 200: ok, 201: created } = find(name).responses;
  return Object.values((ok ?? created)?.content ?? {})[0]?.example;
}

describe('the document', () => {
  test('has each route once, under its canonical path, and rankings without a number too', () => {
    for (const { name, method, path } of routes) {
      expect(document.paths[path]?.[method.toLowerCase()]).toMatchObject({ operationId: name });
    }
    const shortened = routes.filter(({ answer }) => answer === 'ranking');
    for (const { name, path } of shortened) {
      const short = path.replace('/{n}', '');
      expect(document.paths[short]?.['get']).toMatchObject({ operationId: `${name}ByDefault` });
    }
    expect(operations).toHaveLength(routes.length + shortened.length);
    expect(document.info['version']).toBe('1.2.3');
  });

  test('holds no reference that leads nowhere, and no parameter or response without use', () => {
    const all = new Set(references(document));
    expect([...all].filter((reference) => resolve(reference) === undefined)).toEqual([]);
    for (const kind of ['parameters', 'responses'] as const) {
      const declared = Object.keys(document.components[kind]).map((name) => `#/components/${kind}/${name}`);
      expect(declared.filter((reference) => !all.has(reference))).toEqual([]);
    }
  });

  test('names all parameters of a path, and no other', () => {
    for (const { name, path } of routes) {
      const declared = parametersOf(name).filter(
        (parameter) => document.components.parameters[parameter]?.['in'] === 'path',
      );
      expect(declared).toEqual([...path.matchAll(/(?<=\{)\w+/g)].map(([parameter]) => parameter));
    }
  });

  test('describes every tag in use, and no other', () => {
    const used = new Set(operations.flatMap(({ tags }) => tags));
    expect(new Set(document.tags.map((tag) => tag['name']))).toEqual(used);
  });

  test('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('an operation', () => {
  test.each([
    ['listMetrics', ['since', 'until', 'page', 'per_page', 'after']],
    ['countMetrics', ['since', 'until']],
    ['listContexts', ['page', 'per_page', 'after']],
    ['listPipelines', []],
    ['listBuilds', ['pipeline', 'page', 'per_page']],
    ['highestMetrics', ['resource', 'n', 'since', 'until']],
    ['createMetric', ['Idempotency-Key', 'Prefer']],
    ['createSession', ['Prefer']],
    ['importRecords', ['Idempotency-Key', 'Prefer']],
  ])('%s takes %j', (name, parameters) => {
    expect(parametersOf(name)).toEqual(parameters);
  });

  test('on sessions looks at tags only where the hash or nothing is asked for', () => {
    const flags = ['with_flags', 'restrict_flags', 'method', 'with_tags'];
    expect(parametersOf('listSessions')).toEqual(expect.arrayContaining(flags));
    expect(parametersOf('findSessions')).toEqual(expect.arrayContaining(flags));
    expect(parametersOf('listScmSessions')).not.toEqual(expect.arrayContaining(flags));
  });

  test.each([
    ['createMetric', '201 400 401 403 413 415 503 default'],
    ['importRecords', '200 400 401 403 413 415 429 503 default'],
    ['listMetrics', '200 204 400 401 403 404 429 default'],
    ['listPipelines', '200 204 400 401 403 429 default'],
    ['listBuilds', '200 400 401 403 404 429 default'],
    ['countSessions', '200 400 401 403 429 default'],
    ['lowestBuildMetrics', '200 400 401 403 404 429 default'],
    ['readDocs', '200 429 default'],
  ])('%s answers %s', (name, statuses) => {
    expect(Object.keys(find(name).responses).join(' ')).toBe(statuses);
  });
});

describe('the tokens', () => {
  test.each([
    ['createMetric', ['ingest']],
    ['importRecords', ['ingest']],
    ['listMetrics', ['query']],
    ['exportMetrics', ['query']],
    ['listContexts', ['query']],
    ['findContexts', ['query', 'ingest']],
    ['readOpenapi', []],
  ])('that open %s have any of %j, and come as bearer or Basic', (name, scopes) => {
    const { path, method } = routes.find((route) => route.name === name) ?? {};
    const security = document.paths[path ?? '']?.[method?.toLowerCase() ?? '']?.['security'];
    expect(security).toEqual(
      ['bearer', 'basic'].flatMap((scheme) => scopes.map((scope) => ({ [scheme]: [scope] }))),
    );
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'basic']);
  });
});

describe('an example', () => {
  test('of an answer fits the schema of the answer', () => {
    const shapes: Partial<Record<string, z.ZodType>> = answers;
    const documented = routes.filter(({ answer }) => shapes[answer] !== undefined);
    // The two pages, the document itself, and the export, whose answer is text.
    expect(documented).toHaveLength(routes.length - 4);
    for (const { name, answer } of documented) {
      const example = exampleOf(name);
      expect(shapes[answer]?.parse(example)).toEqual(example);
    }
  });

  test.each([
    ['createMetric', readMetric],
    ['createSession', readSession],
    ['createContext', readContext],
  ])('of %s is accepted', (name, read) => {
    const example = find(name).requestBody?.content['application/json']?.example;
    expect(read(JSON.stringify(example))).toMatchObject({ ok: true });
  });

  test('of an import is accepted line by line', () => {
    const example = find('importRecords').requestBody?.content['application/x-ndjson']?.example;
    const lines = z.string().parse(example).trimEnd().split('\n');
    expect(lines.map((line) => readLine(line).ok)).toEqual([true, true, true]);
  });
});

describe('the body of a session', () => {
  test('has the description that is posted instead of the tags that are answered', () => {
    const schema = z
      .object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()) })
      .parse(document.components.schemas['SessionBody']);
    expect(Object.keys(schema.properties)).toEqual(['session_h', 'run_date', 'scm_ref', 'description']);
    expect(schema.required).toEqual(['session_h', 'run_date', 'description']);
    expect(schema.properties['session_h']).toMatchObject({ description: expect.stringContaining('`h`') });
  });
});
