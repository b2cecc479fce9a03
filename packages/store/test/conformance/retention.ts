import { describe, expect, test } from 'vitest';
import type { CountQuery, ListQuery } from '../../src/index.ts';
import { everything } from './battery.ts';
import { faultsOf, read } from './reading.ts';
import { batchOf, metric, newHash } from './records.ts';
import { useSubject, type OpenStore } from './store.ts';
import { createWorld } from './world.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 10;

/** Names stay when their metrics go. */
const isOfMetrics = (query: ListQuery | CountQuery): boolean =>
  ('list' in query ? query.list : query.count) !== 'components';

export function describeRetention(open: OpenStore): void {
  describe('metrics that are kept for some days', () => {
    let clock = Date.parse('2024-05-01T00:00:00Z');
    const subject = useSubject(open, () => clock, KEPT_DAYS);
    const world = createWorld(13);
    const queries = everything().filter(isOfMetrics);
    const some = queries.filter((_, at) => at % 4 === 0);

    /** Lets days go by, and `gone` metrics with them. */
    async function pass(days: number, gone: number): Promise<void> {
      await subject.store.expire();
      clock += days * DAY_MS;
      await subject.store.expire();
      subject.model.metrics.splice(0, gone);
      expect(await subject.store.recount()).toEqual([]);
    }

    test('are removed when they were stored longer ago, and everything is as if they never were', async () => {
      await subject.put(...world.metrics(700), ...world.posts());
      await pass(4, 0);
      await subject.put(...world.metrics(1_300));
      await pass(4, 0);
      await subject.put(...world.metrics(100));
      await pass(4, 700);
      expect(await faultsOf(subject, queries)).toEqual([]);
    });

    test('are removed whatever was written since, and after a restart', async () => {
      await subject.put(...world.metrics(450));
      await pass(0.5, 0);
      await subject.store.reopen();
      await pass(2, 1_300);
      await subject.put(...world.metrics(60));
      expect(await faultsOf(subject, some)).toEqual([]);
    });

    test('leave the names of sessions, contexts, components, pipelines and builds', async () => {
      const names: ListQuery[] = [
        { list: 'sessions', filter: {}, page: { number: 1, size: 100 } },
        { list: 'contexts', filter: {}, page: { number: 1, size: 100 } },
        { list: 'components', filter: {} },
        { list: 'pipelines', filter: {}, page: { number: 1, size: 100 } },
        { list: 'builds', filter: { pipeline: 'main' }, page: { number: 1, size: 100 } },
      ];
      const readAll = () => Promise.all(names.map(async (name) => (await read(subject.reader, name))?.items));
      const before = await readAll();
      await pass(30, subject.model.metrics.length);
      expect(await faultsOf(subject, some)).toEqual([]);
      expect(await readAll()).toEqual(before);
    });

    test('are followed by others when all of them are gone', async () => {
      await subject.put(...world.metrics(30));
      await subject.store.reopen();
      await subject.put(...world.metrics(300));
      await pass(1, 0);
      expect(await faultsOf(subject, some)).toEqual([]);
    });

    test('may go while somebody walks through them', async () => {
      await pass(5, 0);
      await subject.put(...world.metrics(500));
      const page = { number: 1, size: 100 };
      const list = (after?: string) =>
        read(subject.reader, { list: 'metrics', filter: {}, page: { ...page, ...(after && { after }) } });
      const first = await list();
      const second = await list(first?.next);
      await pass(5, 330);
      const rest = await read(subject.reader, {
        list: 'metrics',
        filter: {},
        page: { number: 1, size: 1_000, after: second?.next ?? '' },
      });
      expect(rest?.items).toEqual(subject.model.metrics);
    });

    test('are no more known by their keys when they are gone, and not before', async () => {
      const keys = [{ text: newHash() }, { text: newHash(), days: 100 }];
      const h = newHash();
      const post = async (): Promise<number> => {
        const records = keys.map((key) => metric({ session_h: h }, key));
        await subject.store.writer.write([batchOf(records, clock)]);
        return subject.reader.count({ count: 'metrics', filter: { session: h } });
      };
      expect(await post()).toBe(2);
      await subject.store.expire();
      clock += 9 * DAY_MS;
      expect(await post()).toBe(2);
      clock += 2 * DAY_MS;
      await subject.store.expire();
      expect(await post()).toBe(2);
      expect(await subject.store.recount()).toEqual([]);
      expect(await post()).toBe(2);
    });
  });
}
