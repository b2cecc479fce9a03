import { describe, expect, test } from 'vitest';
import type { ListQuery } from '../../src/index.ts';
import { faultsOf, read } from './reading.ts';
import { batchOf, ciTags, context, metric, newHash, session } from './records.ts';
import { useSubject, type OpenStore, type Subject } from './store.ts';

const page = { number: 1, size: 5_000 };

/** The hashes of a list, in its order. */
async function hashesOf({ reader }: Subject, query: ListQuery): Promise<string[]> {
  const items = ((await read(reader, query))?.items ?? []) as { session_h?: string; h?: string }[];
  return items.map(({ session_h, h }) => session_h ?? h ?? '');
}

export function describeStubs(open: OpenStore): void {
  describe('what metrics name before it is posted', () => {
    const subject = useSubject(open);

    test('is in no list and no count, and its metrics are in all that do not need it', async () => {
      const { reader } = subject;
      await subject.put(metric({ session_h: 'stub-s', context_h: 'stub-c', component: 'stub' }));
      for (const prefix of ['stub', '']) {
        expect(await read(reader, { list: 'sessions', filter: { prefix }, page })).toMatchObject({
          items: [],
          pages: 0,
        });
        expect(await read(reader, { list: 'contexts', filter: { prefix }, page })).toMatchObject({
          items: [],
          pages: 0,
        });
      }
      expect(await read(reader, { list: 'sessions', filter: { range: { since: 0 } }, page })).toMatchObject({
        items: [],
      });
      expect(await reader.count({ count: 'sessions', filter: {} })).toBe(0);
      expect(await reader.count({ count: 'contexts' })).toBe(0);
      expect(await read(reader, { list: 'pipelines', filter: {} })).toMatchObject({ items: [] });
      expect(await read(reader, { list: 'pipelines', filter: { component: 'stub' } })).toMatchObject({
        items: [],
      });
      for (const filter of [{}, { session: 'stub-s' }, { context: 'stub-c' }, { component: 'stub' }]) {
        const queries = [
          { list: 'metrics', filter, page },
          { count: 'metrics', filter },
        ] as const;
        expect(await faultsOf(subject, queries)).toEqual([]);
      }
    });

    test('is filled in by its own post, and its metrics show up in the rest', async () => {
      const h = newHash();
      const scm = newHash();
      await subject.put(metric({ session_h: h, context_h: h, component: h }));
      expect(await faultsOf(subject, [{ list: 'metrics', filter: { scm }, page }])).toEqual([]);
      await subject.put(
        session({ session_h: h, scm_ref: scm, tags: ciTags(h, '7') }),
        context({ h, cpu_count: 96 }),
      );
      const queries: ListQuery[] = [
        { list: 'metrics', filter: { scm: scm.slice(0, 9) }, page },
        { list: 'sessions', filter: { prefix: h }, page },
        { list: 'contexts', filter: { prefix: h }, page },
        { list: 'pipelines', filter: {}, page },
        { list: 'pipelines', filter: { component: h }, page },
        { list: 'builds', filter: { pipeline: h, component: h }, page },
        { list: 'buildSessions', filter: { pipeline: h, build: '7', component: h }, page },
        { list: 'ranking', filter: { pipeline: h }, resource: 'mem_usage', end: 'head', n: 10 },
        { list: 'ranking', filter: { pipeline: h, build: '7' }, resource: 'cpu_usage', end: 'tail', n: 10 },
      ];
      expect(await faultsOf(subject, [...queries, { count: 'metrics', filter: { scm } }])).toEqual([]);
    });

    test('is listed in the order of the posts, not of the stubs', async () => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => `order-${name}`) as [string, string, string];
      const stubs = [a, b, c].map((h) => metric({ session_h: h, context_h: h, component: 'order' }));
      await subject.put(...stubs);
      for (const h of [c, a, b]) {
        await subject.put(session({ session_h: h, tags: ciTags('order', h) }), context({ h }));
      }
      expect(await hashesOf(subject, { list: 'sessions', filter: { prefix: 'order' }, page })).toEqual([
        c,
        a,
        b,
      ]);
      expect(await hashesOf(subject, { list: 'contexts', filter: { prefix: 'order' }, page })).toEqual([
        c,
        a,
        b,
      ]);
      expect(
        (await read(subject.reader, { list: 'builds', filter: { pipeline: 'order' }, page }))?.items,
      ).toEqual([c, a, b]);
      expect(
        (
          await read(subject.reader, {
            list: 'builds',
            filter: { pipeline: 'order', component: 'order' },
            page,
          })
        )?.items,
      ).toEqual([a, b, c]);
    });
  });

  describeFirstPost(open);
}

function describeFirstPost(open: OpenStore): void {
  describe('a session or context that is posted again', () => {
    const subject = useSubject(open);

    test('keeps its first content in every list', async () => {
      const h = newHash();
      await subject.put(
        session({ session_h: h, scm_ref: 'first', tags: [...ciTags('first', '1'), ['flag', 'on']] }),
        context({ h, machine_node: 'first' }),
      );
      await subject.put(
        session({ session_h: h, scm_ref: 'second', tags: [...ciTags('second', '2'), ['other', 'on']] }),
        context({ h, machine_node: 'second' }),
      );
      const queries: ListQuery[] = [
        { list: 'sessions', filter: {}, page },
        { list: 'sessions', filter: { scm: 'second' }, page },
        { list: 'sessions', filter: { flags: { flags: [{ name: ['other'] }], all: false } }, page },
        { list: 'contexts', filter: {}, page },
        { list: 'pipelines', filter: {}, page },
        { list: 'builds', filter: { pipeline: 'first' }, page },
        { list: 'builds', filter: { pipeline: 'second' }, page },
        { list: 'buildSessions', filter: { pipeline: 'second', build: '2' }, page },
      ];
      const counts = [{ count: 'sessions', filter: {} }, { count: 'contexts' }] as const;
      expect(await faultsOf(subject, [...queries, ...counts])).toEqual([]);
    });

    test('adds no build to a pipeline that is there', async () => {
      const h = newHash();
      await subject.put(session({ session_h: h, tags: ciTags(h, '1') }));
      await subject.put(session({ session_h: h, tags: ciTags(h, '2') }));
      const builds: ListQuery = { list: 'builds', filter: { pipeline: h }, page };
      expect(await faultsOf(subject, [builds])).toEqual([]);
    });

    test('by many at the same moment is there once', async () => {
      const h = newHash();
      const writes = Array.from({ length: 30 }, () =>
        subject.store.writer.write([
          batchOf([context({ h }), session({ session_h: h }), metric({ session_h: h })]),
        ]),
      );
      await Promise.all(writes);
      expect(await hashesOf(subject, { list: 'sessions', filter: { prefix: h }, page })).toEqual([h]);
      expect(await hashesOf(subject, { list: 'contexts', filter: { prefix: h }, page })).toEqual([h]);
      expect(await subject.reader.count({ count: 'metrics', filter: { session: h } })).toBe(30);
      expect(await subject.reader.count({ count: 'sessions', filter: { prefix: h } })).toBe(1);
    });

    test('after a restart keeps its first content too', async () => {
      const h = newHash();
      await subject.put(metric({ session_h: h, context_h: h }));
      await subject.store.reopen();
      await subject.put(session({ session_h: h, scm_ref: 'before' }), context({ h, cpu_count: 1 }));
      await subject.store.reopen();
      await subject.put(session({ session_h: h, scm_ref: 'after' }), context({ h, cpu_count: 2 }));
      expect(await read(subject.reader, { list: 'sessions', filter: { prefix: h }, page })).toMatchObject({
        items: [{ scm_ref: 'before' }],
      });
      expect(await read(subject.reader, { list: 'contexts', filter: { prefix: h }, page })).toMatchObject({
        items: [{ cpu_count: 1 }],
      });
    });
  });
}
