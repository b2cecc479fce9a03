import type { StoredRecord, TagPair } from '@monitor-server/contract';
import { runs } from '@monitor-server/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CountQuery, ListQuery, MetricFilter } from '../../src/index.ts';
import { listOf } from './model.ts';
import { faultsOf } from './reading.ts';
import { context, metric, newHash, session } from './records.ts';
import { useSubject, type OpenStore } from './store.ts';

const page = { number: 1, size: 100 };

const wildcards = [
  '%',
  '_',
  'a%b',
  'a_b',
  'axb',
  'AXB',
  'Axb',
  'a%',
  'a',
  'A',
  '?',
  '*',
  '[a]',
  '[',
  '^a',
  '.',
];
const quotes = [
  "it's",
  '"it"',
  "';--",
  '\\',
  '\\%',
  '$1',
  ':a',
  '@a',
  '{}',
  '[]',
  '/',
  'a/b',
  '\u0001',
  '\t',
];
const blanks = [' ', ' a', 'a ', 'a\nb', '\u00a0', '\u200b', '\u007f', '\ufeff', '\ufeffa'];
const values = ['1', '01', '1.0', '1e0', 'null', 'NULL', 'true'];
const letters = ['\u00e9', 'e\u0301', '\u00c9', '\u00df', 'SS', '\u0130', '\u0131', 'i', 'I', '\ufb00', 'ff'];
const planes = [
  '\u03c3',
  '\u03c2',
  '\ufffd',
  '\uffff',
  '\u{1f600}',
  '\u{1f600}b',
  '\u{10ffff}',
  '\u{10ffff}b',
];
const [p, smile, x] = ['p'.repeat(200), '\u{1f600}'.repeat(200), 'x'.repeat(65_535)];
const long = [
  p.slice(1),
  p,
  `${p}1`,
  `${p}2`,
  `${smile}1`,
  `${smile}2`,
  `${x}1`,
  `${x}2`,
  '\u20ac'.repeat(21_845),
];

/** Texts that wildcards, quoting, collations, encodings or truncation would confuse. */
const names = [...wildcards, ...quotes, ...blanks, ...values, ...letters, ...planes, ...long];

const short = names.filter(({ length }) => length < 1_000);

/** Records in which a text stands everywhere it may. */
function named(name: string): StoredRecord[] {
  return [
    metric({
      session_h: name,
      context_h: name,
      item: name,
      item_variant: name,
      item_path: name,
      item_fs_loc: name,
      kind: name,
      component: name,
    }),
    session({ session_h: name, scm_ref: name, tags: [[name, name]] }),
    context({ h: name, machine_node: name }),
  ];
}

/** The list of a filter's metrics, and their count. */
function metricsOf(...filters: readonly MetricFilter[]): (ListQuery | CountQuery)[] {
  return filters.flatMap((filter) => [
    { list: 'metrics', filter, page },
    { count: 'metrics', filter },
  ]);
}

/** All lists, and every fifth count, which is of each kind with many texts: counts choose as lists do. */
function mostOf(queries: readonly (ListQuery | CountQuery)[]): (ListQuery | CountQuery)[] {
  const counts = queries.filter((query) => 'count' in query);
  return [...queries.filter((query) => 'list' in query), ...counts.filter((_, at) => at % 5 === 0)];
}

function partOf(text: string, from: number, length: number): string {
  return Array.from(text)
    .slice(from, from + length)
    .join('');
}

export function describeFilters(open: OpenStore): void {
  describe('a filter', () => {
    const subject = useSubject(open);

    beforeAll(async () => {
      for (const name of names) await subject.put(...named(name));
      await subject.put(
        metric({ item: '', item_variant: '', item_path: '', item_fs_loc: '', component: '' }),
        session({ session_h: 'empty', scm_ref: '', tags: [['', '']] }),
        session({ session_h: 'none', scm_ref: null }),
      );
    });

    test('by an exact text finds that text alone', async () => {
      const queries = [...names, 'AxB', 'missing', 'pp', 'x'.repeat(65_536)].flatMap((name) =>
        metricsOf(
          { session: name },
          { context: name },
          { item: name },
          { variant: name },
          { component: name },
          { kind: name },
        ),
      );
      expect(await faultsOf(subject, mostOf(queries))).toEqual([]);
    });

    test('by component and test finds what fits both', async () => {
      const queries = [...names, ''].flatMap((name) =>
        metricsOf(
          { component: name, item: name },
          { component: name, variant: name },
          { component: name, variant: 'a' },
        ),
      );
      expect(await faultsOf(subject, mostOf(queries))).toEqual([]);
    });

    test('by an empty text finds what has none', async () => {
      const queries = metricsOf({ item: '' }, { variant: '' }, { component: '' });
      expect(await faultsOf(subject, queries)).toEqual([]);
      expect(listOf(subject.model, queries[0] as ListQuery)).toHaveLength(1);
    });

    test('by a part ignores the case of ASCII letters, and knows no wildcards', async () => {
      const parts = short.flatMap((name) => [name, name.toUpperCase(), name.toLowerCase()]);
      const queries = [...new Set([...parts, x.toUpperCase(), '\u20ac\u20ac', 'x1', 'X2'])].flatMap(
        (part): (ListQuery | CountQuery)[] => [
          { list: 'metrics', filter: { itemLike: part }, page },
          { count: 'metrics', filter: { variantLike: part } },
        ],
      );
      expect(await faultsOf(subject, queries)).toEqual([]);
    });

    test('by a start is exact, and knows no wildcards', async () => {
      const starts = names.flatMap((name) => [name, partOf(name, 0, 1), name.toUpperCase()]);
      const queries = [...new Set([...starts, '', 'missing', x])].flatMap(
        (prefix): (ListQuery | CountQuery)[] => [
          { list: 'sessions', filter: { prefix }, page },
          { list: 'sessions', filter: { scm: prefix }, page },
          { list: 'contexts', filter: { prefix }, page },
          { list: 'components', filter: { prefix }, page },
          { count: 'sessions', filter: { prefix } },
          { count: 'sessions', filter: { scm: prefix } },
          ...metricsOf({ scm: prefix }),
        ],
      );
      expect(await faultsOf(subject, mostOf(queries))).toEqual([]);
    });

    test('by any start and any part finds what a search from end to end finds', async () => {
      const piece = fc
        .tuple(fc.constantFrom(...short), fc.nat(3), fc.nat(3))
        .map(([name, from, length]) => partOf(name, from, length + 1));
      await fc.assert(
        fc.asyncProperty(piece, async (text) => {
          const queries: ListQuery[] = [
            { list: 'sessions', filter: { prefix: text, scm: text }, page },
            { list: 'components', filter: { prefix: text }, page },
            { list: 'metrics', filter: { variantLike: text }, page },
          ];
          expect(await faultsOf(subject, queries)).toEqual([]);
        }),
        { numRuns: runs(20) },
      );
    });

    test('never finds the empty component among components', async () => {
      expect(await faultsOf(subject, [{ count: 'components' }])).toEqual([]);
      expect(listOf(subject.model, { list: 'components', filter: {} })).toHaveLength(names.length);
    });
  });

  describeFlags(open);
}

function describeFlags(open: OpenStore): void {
  describe('a filter by tags', () => {
    const subject = useSubject(open);
    const tag = fc.constantFrom('a', 'b', 'A', '%', '', 'python', '__proto__', '1');
    const value = fc.constantFrom('', 'x', 'X', 'y', '2.1.0+cu118', '2.1.0 cu118');
    const text = (of: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
      fc.array(of, { minLength: 1, maxLength: 2 });

    beforeAll(async () => {
      const tags = fc.uniqueArray(fc.tuple(tag, value), { maxLength: 5, selector: ([name]) => name });
      const sessions = fc.sample(tags, { numRuns: 120, seed: 1 });
      await subject.put(...sessions.map((given) => session({ tags: given })));
    });

    test('finds what a search from end to end finds', async () => {
      const flag = fc.record({ name: text(tag), value: text(value) }, { requiredKeys: ['name'] });
      const flags = fc.record({ flags: fc.array(flag, { minLength: 1, maxLength: 4 }), all: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(flags, fc.constantFrom('', '1', 'a'), async (given, prefix) => {
          const queries: (ListQuery | CountQuery)[] = [
            { list: 'sessions', filter: { flags: given, prefix }, page },
            { count: 'sessions', filter: { flags: given } },
          ];
          expect(await faultsOf(subject, queries)).toEqual([]);
        }),
        { numRuns: runs(25) },
      );
    });

    test('keeps tags apart that read the same once stored', async () => {
      const h = newHash();
      const tags: TagPair[] = [
        ['\ufffd', 'x'],
        ['\ufffd', 'x'],
        ['\ufffd', 'y'],
      ];
      await subject.put(session({ session_h: h, tags }));
      const stored: ListQuery = { list: 'sessions', filter: { prefix: h }, page };
      expect(await faultsOf(subject, [stored])).toEqual([]);
    });
  });
}
