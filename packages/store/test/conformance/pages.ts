import { beforeAll, describe, expect, test } from 'vitest';
import { CursorError, type ListQuery } from '../../src/index.ts';
import { everyList, nameQueries } from './battery.ts';
import { listOf } from './model.ts';
import { at, pageFaults, read, walk } from './reading.ts';
import { context, metric, session } from './records.ts';
import { useSubject, type OpenStore } from './store.ts';
import { createWorld } from './world.ts';

const page = { number: 1, size: 10 };
const lists = everyList().filter(({ list }) => list !== 'ranking');

export function describePages(open: OpenStore): void {
  describe('pages of an empty store', () => {
    const subject = useSubject(open);

    test.each(nameQueries.map((query) => [JSON.stringify(query), query] as const))('%s', async (_, query) => {
      expect(await pageFaults(subject, [query], 5)).toEqual([]);
    });

    test('metrics and sessions', async () => {
      const queries: ListQuery[] = [
        { list: 'metrics', filter: {}, page },
        { list: 'sessions', filter: {}, page },
        { list: 'metrics', filter: { range: { since: 0 } }, page },
        { list: 'sessions', filter: { range: { since: 0 } }, page },
      ];
      expect(await pageFaults(subject, queries, 5)).toEqual([]);
    });
  });

  describe('pages', () => {
    const subject = useSubject(open);
    const world = createWorld(3);

    beforeAll(async () => {
      await subject.put(...world.posts(), ...world.metrics(90));
    });

    test.each([1, 7, 30, 90, 1_000])('of %d items: every number, and every cursor', async (size) => {
      const queries = lists.filter((query) => listOf(subject.model, query).length / size <= 15);
      expect(await pageFaults(subject, queries, size)).toEqual([]);
    });

    test('under a time range', async () => {
      const range = { since: Date.parse('2024-03-05T00:00:00Z') * 1000 };
      const queries: ListQuery[] = [
        { list: 'metrics', filter: { component: 'lib', range }, page },
        { list: 'sessions', filter: { range }, page },
      ];
      for (const size of [1, 7, 1_000]) expect(await pageFaults(subject, queries, size)).toEqual([]);
    });

    test('whose numbers are far out of range are not there', async () => {
      const range = { since: 0 };
      const queries: ListQuery[] = [
        ...lists,
        { list: 'metrics', filter: { range }, page },
        { list: 'sessions', filter: { range }, page },
      ];
      const numbers = [0, 2 ** 31, 2 ** 53, 1e300, Infinity, -(2 ** 31), -1e300, -Infinity];
      for (const [place, query] of queries.entries()) {
        // Each kind of list has several filters, and so every number.
        for (const number of numbers.filter((_, index) => index % 2 === place % 2)) {
          expect(await read(subject.reader, at(query, { number, size: 7 }))).toBeUndefined();
        }
      }
    });

    test('of names without a request are one', async () => {
      for (const list of ['components', 'pipelines'] as const) {
        expect(await read(subject.reader, { list, filter: {} })).toMatchObject({
          items: listOf(subject.model, { list, filter: {} }),
          number: 1,
          pages: 1,
        });
      }
    });

    test('are not read from a cursor that no list gave', async () => {
      for (const query of lists.filter(({ list }) => ['metrics', 'sessions', 'contexts'].includes(list))) {
        for (const after of ['', 'x', '-1', '1.5', '1e3', ' 1', '9'.repeat(30)]) {
          await expect(read(subject.reader, at(query, { ...page, after }))).rejects.toThrow(CursorError);
        }
      }
    });

    test('after a cursor hold the items after it, whatever number and size they are asked with', async () => {
      const query: ListQuery = { list: 'metrics', filter: { component: 'lib' }, page };
      const first = await read(subject.reader, at(query, { number: 1, size: 4 }));
      const after = first?.next;
      expect(after).toBeDefined();
      const found = await read(subject.reader, at(query, { number: 9, size: 6, ...(after && { after }) }));
      expect(found?.items).toEqual(listOf(subject.model, query).slice(4, 10));
      expect(found?.number).toBe(9);
    });
  });

  describeWalks(open);
}

function describeWalks(open: OpenStore): void {
  describe('a reader that follows the pages while others write', () => {
    const subject = useSubject(open);
    const world = createWorld(5);
    let made = 0;

    const more = (): Promise<void> => {
      const number = made++;
      return subject.put(
        ...world.metrics(40),
        metric({ session_h: `late${number}`, component: `component${number}` }),
        session({ session_h: `late${number}` }),
        context({ h: `late${number}` }),
      );
    };

    test.each<[string, ListQuery]>([
      ['metrics', { list: 'metrics', filter: {}, page }],
      ['metrics of a component', { list: 'metrics', filter: { component: 'lib' }, page }],
      ['metrics of a test', { list: 'metrics', filter: { item: 'test_0' }, page }],
      ['metrics like', { list: 'metrics', filter: { itemLike: 'test_1' }, page }],
      ['metrics since', { list: 'metrics', filter: { range: { since: 0 } }, page }],
      ['sessions', { list: 'sessions', filter: {}, page }],
      ['contexts', { list: 'contexts', filter: {}, page }],
      ['components', { list: 'components', filter: {}, page }],
    ])('misses nothing and sees nothing twice: %s', async (_, query) => {
      if (made === 0) await subject.put(...world.posts(), ...world.metrics(400));
      await more();
      const before = listOf(subject.model, query);
      const size = Math.ceil(before.length / 12);
      let pages = 0;
      let writing = Promise.resolve();
      const items = await walk(subject.reader, query, size, async () => {
        if (pages++ < 12) writing = writing.then(more);
        // Every other page is read while the write is under way.
        if (pages % 2 === 0) await writing;
      });
      await writing;
      const after = listOf(subject.model, query);
      expect(items.length).toBeGreaterThanOrEqual(before.length);
      expect(items).toEqual(after.slice(0, items.length));
    });
  });
}
