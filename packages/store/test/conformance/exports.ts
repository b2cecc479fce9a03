import { isDeepStrictEqual } from 'node:util';
import type { ExportFilter, ExportFormat, ExportJoin } from '@monitor-server/contract';
import { runs } from '@monitor-server/testing';
import { letter } from '@monitor-server/testing/letter';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exportOf, namesOf, type Line } from './export-model.ts';
import { chunksOf, readExport } from './exported.ts';
import { createModel, take } from './model.ts';
import { batchId, batchOf, ciTags, context, metric, newHash, session } from './records.ts';
import { useSubject, type OpenStore, type Subject } from './store.ts';
import { createWorld } from './world.ts';

const formats: readonly ExportFormat[] = ['ndjson', 'csv'];
const joins: ExportJoin[][] = [[], ['session'], ['context'], ['session', 'context']];

const HOUR_US = 3_600_000_000;
const START_US = Date.parse('2024-03-01T00:00:00Z') * 1_000;

/** Values of which some are in a `World`. */
const values = {
  component: ['', 'lib', 'lib.io', 'rare', 'none'],
  pipeline: ['main', 'release%', 'none', ''],
  build: ['1', '3', 'none', ''],
  scm: ['', 'ref', 'ref1', 'none'],
  session: ['s0', 's3', 's39', 'none'],
  context: ['c0', 'c1', 'none'],
  item: ['test_0', 'test_2', 'test_22', 'none'],
  variant: ['', 'test_1[1]', 'test_2[2]', 'none'],
  kind: ['function', 'class', 'none'],
  range: [
    {},
    { since: START_US + 100 * HOUR_US },
    { until: START_US + 300 * HOUR_US },
    { since: START_US + 100 * HOUR_US, until: START_US + 140 * HOUR_US },
    { since: START_US - HOUR_US, until: START_US },
  ],
};

const filter = fc.record(
  Object.fromEntries(
    Object.entries(values).map(([name, each]) => [name, fc.constantFrom(...(each as unknown[]))]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<ExportFilter>;

/** Few conditions, because most metrics do not fit three. */
const usualFilter = fc
  .tuple(filter, fc.shuffledSubarray(Object.keys(values), { maxLength: 3 }))
  .map(([given, names]): ExportFilter => {
    return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  });

const singleFilters = Object.entries(values).flatMap(([name, each]) =>
  each.map((value): ExportFilter => ({ [name]: value })),
);

/** Where an export differs from the model first. As JSON, thousands of lines are compared in no time. */
function difference(actual: readonly Line[], expected: readonly Line[]): string | undefined {
  const [found, wanted] = [actual, expected].map((lines) => lines.map((line) => JSON.stringify(line)));
  const at = wanted?.findIndex((line, index) => found?.[index] !== line) ?? -1;
  if (at >= 0) return `line ${at} is ${found?.[at]}, not ${wanted?.[at]}`;
  return actual.length === expected.length ? undefined : `${actual.length} lines, not ${expected.length}`;
}

async function faultOf(
  { reader, model }: Subject,
  asked: ExportFilter,
  format: ExportFormat,
  joined: ExportJoin[],
): Promise<string | undefined> {
  const { names, lines } = await readExport(reader, asked, format, joined);
  if (names !== undefined && !isDeepStrictEqual(names, namesOf(joined)))
    return `the columns are ${names.join(', ')}`;
  return difference(lines, exportOf(model, asked, joined));
}

export function describeExports(open: OpenStore): void {
  describe('an export', () => {
    const subject = useSubject(open);
    const world = createWorld(5);

    test('of nothing is empty, but for the names of a CSV', async () => {
      for (const joined of joins) {
        expect(await chunksOf(subject.reader, { filter: {}, format: 'ndjson', joined })).toEqual([]);
        expect(await chunksOf(subject.reader, { filter: {}, format: 'csv', joined })).toEqual([
          `${namesOf(joined).join(',')}\r\n`,
        ]);
      }
    });

    test('by each filter has what a search from end to end finds', async () => {
      // One session and one context are not posted.
      const posts = world.posts().filter((_, at) => at !== 10 && at !== 41);
      await subject.put(...posts.slice(0, 20), ...world.metrics(2_900));
      await subject.put(...world.metrics(600), ...posts.slice(20));
      for (const [at, asked] of [{}, ...singleFilters].entries()) {
        const fault = await faultOf(subject, asked, formats[at % 2] ?? 'csv', joins[at % 4] ?? []);
        expect([asked, fault]).toEqual([asked, undefined]);
      }
    });

    test('by any filters together has what a search from end to end finds', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(usualFilter, filter),
          fc.constantFrom(...formats),
          fc.constantFrom(...joins),
          async (asked, format, joined) => {
            expect(await faultOf(subject, asked, format, joined)).toBeUndefined();
          },
        ),
        { numRuns: runs(20) },
      );
    });

    test('comes in chunks of whole lines, none much longer than the others', async () => {
      for (const format of formats) {
        const chunks = await chunksOf(subject.reader, { filter: {}, format, joined: [] });
        expect(chunks.length).toBeGreaterThan(5);
        for (const chunk of chunks) {
          expect(chunk.endsWith(format === 'csv' ? '\r\n' : '\n')).toBe(true);
          expect(chunk.length).toBeLessThan(262_144);
        }
      }
    });

    test('is of one moment, whatever is written while it is read', async () => {
      const before = createModel();
      for (const list of ['metrics', 'sessions', 'contexts'] as const) {
        before[list].push(...(subject.model[list] as never[]));
      }
      const joined: ExportJoin[] = ['session', 'context'];
      const chunks = subject.reader.export({ filter: { kind: 'function' }, format: 'csv', joined });
      const texts: Uint8Array[] = [];
      let written = 0;
      for await (const chunk of chunks) {
        texts.push(chunk);
        // The posts of the last sessions, and so many metrics that whatever is derived of them changes.
        if (written++ < 4) await subject.put(...world.metrics(1_500), ...world.posts());
      }
      const reader = {
        export: async function* () {
          yield* texts;
        },
      };
      const { lines } = await readExport(reader as never, {}, 'csv', joined);
      expect(written).toBeGreaterThan(4);
      expect(difference(lines, exportOf(before, { kind: 'function' }, joined))).toBeUndefined();
    });

    test('may be left at any time, and many may be read at once', async () => {
      const query = { filter: {}, format: 'ndjson', joined: [] } as const;
      const whole = (await chunksOf(subject.reader, { ...query, joined: [] })).join('');
      const parts = await Promise.all(
        Array.from({ length: 30 }, async (_, number) => {
          let text = '';
          for await (const chunk of subject.reader.export({ ...query, joined: [] })) {
            if (number % 5 === 0) return whole;
            text += Buffer.from(chunk).toString();
            await subject.reader.count({ count: 'contexts' });
            if (number % 5 < 3) return whole.startsWith(text) ? whole : text;
          }
          return text;
        }),
      );
      expect(parts.every((text) => text === whole)).toBe(true);
    });
  });

  describe('an export of any text', () => {
    const subject = useSubject(open);

    const text = fc
      .oneof(
        fc.string({ unit: letter, maxLength: 20 }),
        fc.string({ unit: fc.constantFrom(',', '"', '\r', '\n', ' ', ';', '\\', '\u2028', 'x', '=') }),
        fc.constantFrom('', '""', ',', '\r\n', '"\n', 'null'),
      )
      .map((value) => value.replaceAll('\0', ''));

    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

    const row = fc.record({
      session_h: text,
      context_h: text,
      item: text,
      item_variant: text,
      item_path: text,
      item_fs_loc: text,
      kind: text,
      component: text,
      mem_usage: number,
      total_time: number,
      item_start_time: fc.constantFrom('2024-03-01', '2024-03-01 10:11:12Z', '2024-02-29T10:11:12.123456'),
    });

    const posted = fc.record({
      h: text,
      scm_ref: fc.option(text),
      pipeline: text,
      tags: fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 4 }),
      cpu_frequency: number,
      cpu_vendor: text,
      system_info: text,
    });

    test('reads back from both formats', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { minLength: 1, maxLength: 60 }),
          fc.array(posted, { maxLength: 10 }),
          async (rows, posts) => {
            await subject.put(
              ...rows.map((given) => metric(given)),
              ...posts.flatMap(({ h, scm_ref, pipeline, tags, cpu_frequency, cpu_vendor, system_info }) => [
                session({ session_h: h, scm_ref, tags: [...tags, ...ciTags(pipeline, '7')] }),
                context({ h, cpu_frequency, cpu_vendor, system_info }),
              ]),
            );
          },
        ),
        { numRuns: runs(5) },
      );
      for (const format of formats) {
        for (const joined of joins) {
          expect(await faultOf(subject, {}, format, joined)).toBeUndefined();
        }
      }
    });

    test('keeps tags in their order, and names that mean something to JavaScript', async () => {
      const h = newHash();
      const tags = ['b', '2', 'a', '1', '__proto__', 'constructor'].map(
        (name) => [name, `of ${name}`] as const,
      );
      await subject.put(metric({ session_h: h }), session({ session_h: h, tags }));
      const [chunk] = await chunksOf(subject.reader, {
        filter: { session: h },
        format: 'ndjson',
        joined: ['session'],
      });
      expect(chunk).toContain(`"tags":{${tags.map((pair) => `"${pair[0]}":"${pair[1]}"`).join(',')}}`);
    });

    test('of 64 KiB comes whole', async () => {
      const h = newHash();
      const long = '\u20ac,'.repeat(16_384);
      const records = Array.from({ length: 40 }, (_, at) =>
        metric({ session_h: h, item: `${at}${long}`, item_path: long, component: long }),
      );
      await subject.put(...records, session({ session_h: h, tags: [['long', long]] }));
      for (const format of formats) {
        expect(await faultOf(subject, { session: h }, format, ['session'])).toBeUndefined();
        expect(await faultOf(subject, { component: long }, format, [])).toBeUndefined();
      }
    });
  });

  describe('a batch', () => {
    const subject = useSubject(open);

    test('is told to be stored once it is', async () => {
      const batch = batchOf([metric()]);
      expect(await subject.reader.has(batch.id)).toBe(false);
      await subject.store.writer.write([batch]);
      expect(await subject.reader.has(batch.id)).toBe(true);
      expect(await subject.reader.has(batchId())).toBe(false);
      take(subject.model, batch.records);
    });
  });
}
