import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Context, Contexts, Metric, Metrics, Session, Sessions, type MetricInit } from '../src/index.ts';

function metricsOf(...inits: MetricInit[]): Metrics {
  return new Metrics(inits.map((init) => new Metric(init)));
}

const items = (metrics: Metrics): string[] => Array.from(metrics, ({ item }) => item);

describe('metrics', () => {
  test('are a list', () => {
    const metrics = metricsOf({ item: 'a' }, { item: 'b' }, { item: 'c' });
    expect(metrics.length).toBe(3);
    expect(metrics.at(0)?.item).toBe('a');
    expect(metrics.at(-1)?.item).toBe('c');
    expect([metrics.at(3), metrics.at(-4), metrics.at(0.5)]).toEqual([undefined, undefined, undefined]);
    expect(items(metrics.slice(1))).toEqual(['b', 'c']);
    expect(items(metrics.slice(-2, -1))).toEqual(['b']);
    const added = new Metric({ item: 'd' });
    expect(metrics.add(added)).toBe(added);
    expect(items(metrics)).toEqual(['a', 'b', 'c', 'd']);
    expect(new Metrics().length).toBe(0);
  });

  test('are filtered into a new collection, or in place; entities stay what they are', () => {
    const metrics = metricsOf(
      { item: 'a', wallTime: 1 },
      { item: 'b', wallTime: 5 },
      { item: 'c', wallTime: 9 },
    );
    const last = metrics.at(2);
    const slow = metrics.filterWith(({ wallTime }) => wallTime > 2);
    expect(items(slow)).toEqual(['b', 'c']);
    expect(metrics.length).toBe(3);
    expect(metrics.filterWith(({ item }) => item === 'b', { inplace: true })).toBe(metrics);
    expect(items(metrics)).toEqual(['b']);
    expect(last?.item).toBe('c');
    metrics.add(new Metric({ item: 'x' }));
    expect(items(slow)).toEqual(['b', 'c']);
  });

  test('of one test are found whatever their parameters', () => {
    const metrics = metricsOf({ item: 'a', variant: 'a[0]' }, { item: 'b' }, { item: 'a', variant: 'a[1]' });
    expect(Array.from(metrics.variantsOf('a'), ({ variant }) => variant)).toEqual(['a[0]', 'a[1]']);
    expect(metrics.variantsOf('none').length).toBe(0);
  });

  test('that are equal in all values are one once duplicates are dropped', () => {
    const init = { item: 'a', startTime: '2024-01-01', wallTime: Number.NaN };
    const metrics = metricsOf(init, { ...init, memoryUsage: 1 }, init, {
      ...init,
      startTime: '2024-01-01T00:00',
    });
    expect(metrics.unique().length).toBe(3);
    expect(metrics.length).toBe(4);
    expect(metrics.unique({ inplace: true })).toBe(metrics);
    expect(metrics.length).toBe(3);
  });

  test('of two collections are merged without duplicates', () => {
    const first = metricsOf({ item: 'a' }, { item: 'b' });
    const second = metricsOf({ item: 'c', kind: 'module' }, { item: 'b' });
    expect(items(first.merge(second))).toEqual(['a', 'b', 'c']);
    expect(items(Metrics.merge(second, first))).toEqual(['c', 'b', 'a']);
    expect(first.merge(second).at(2)?.isModule()).toBe(true);
    expect([first.length, second.length]).toEqual([2, 2]);
    expect(new Metrics().merge(new Metrics()).length).toBe(0);
  });

  test('keep every value, however they are put together', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('', 'a'));
    const init = fc.record({
      sessionH: text,
      contextH: text,
      startTime: fc.oneof(
        text,
        fc.constantFrom('2024-01-01', '2024-01-01T10:00:00.123456', '2024-01-01T10:00:00Z'),
      ),
      itemPath: text,
      item: text,
      variant: text,
      path: text,
      kind: text,
      component: text,
      wallTime: fc.double(),
      userTime: fc.double(),
      kernelTime: fc.double(),
      cpuUsage: fc.double(),
      memoryUsage: fc.double(),
    });
    fc.assert(
      fc.property(fc.array(init), fc.array(init), (left, right) => {
        const all = [...left, ...right].map((each) => new Metric(each));
        const records = all.map((metric) => metric.toRecord());
        expect(Array.from(new Metrics(all), (metric) => metric.toRecord())).toEqual(records);
        const known = new Set<string>();
        const distinct = all.filter((metric) => {
          const key = JSON.stringify(
            Object.values(metric.toRecord()).map((value) => (Object.is(value, -0) ? '-0' : String(value))),
          );
          return !known.has(key) && known.add(key);
        });
        const merged = metricsOf(...left).merge(metricsOf(...right));
        expect(Array.from(merged, (metric) => metric.toRecord())).toEqual(
          distinct.map((metric) => metric.toRecord()),
        );
      }),
    );
  });

  test('are open to computations by column', () => {
    const { columns } = metricsOf(
      { variant: 'a', wallTime: 1 },
      { variant: 'b', wallTime: 2 },
      { variant: 'a', wallTime: 3 },
    );
    const { codes, texts } = columns.texts('item_variant');
    expect(Array.from(codes, (code) => texts[code])).toEqual(['a', 'b', 'a']);
    expect(columns.numbers('total_time')).toEqual(Float64Array.of(1, 2, 3));
  });
});

describe('sessions', () => {
  const sessions = (): Sessions =>
    new Sessions([
      new Session({ h: 'one', scmRef: 'abc', tags: { my_tag: 'a', numpy: '118' } }),
      new Session({ h: 'two', scmRef: 'abcd', tags: { my_tag: '' } }),
      new Session({ h: 'three', scmRef: null, tags: { numpy: '118' } }),
    ]);

  test('are a map by their hashes', () => {
    const known = sessions();
    expect([...known.keys()]).toEqual(['one', 'two', 'three']);
    expect(known.get('two')?.scm).toBe('abcd');
    const again = new Session({ h: 'two', scmRef: 'new' });
    expect(known.add(again)).toBe(again);
    expect(known.size).toBe(3);
    expect(known.get('two')).toBe(again);
    known.set('other name', again);
    expect(known.has('other name')).toBe(true);
  });

  test('are found by their exact SCM reference and by tags', () => {
    expect([...sessions().withScm('abc').keys()]).toEqual(['one']);
    expect([...sessions().withTags('my_tag').keys()]).toEqual(['one']);
    expect([...sessions().withTags({ numpy: '118' }).keys()]).toEqual(['one', 'three']);
    expect([...sessions().withTags('my_tag', { numpy: '118' }).keys()]).toEqual(['one']);
    expect(sessions().withTags({ my_tag: '' }).size).toBe(1);
    expect(sessions().withTags().size).toBe(3);
    expect(sessions().withTags('toString').size).toBe(0);
  });

  test('are filtered and merged', () => {
    const all = sessions();
    const tagged = all.filterWith(({ tags }) => 'numpy' in tags);
    expect(tagged).toBeInstanceOf(Sessions);
    expect([...tagged.keys()]).toEqual(['one', 'three']);
    expect(all.filterWith(({ h }) => h === 'two', { inplace: true })).toBe(all);
    expect([...all.keys()]).toEqual(['two']);
    const other = new Session({ h: 'two', scmRef: 'other' });
    const merged = all.merge(new Sessions([other, new Session({ h: 'four' })]));
    expect([...merged.keys()]).toEqual(['two', 'four']);
    expect(merged.get('two')).toBe(other);
    expect(all.get('two')).not.toBe(other);
  });
});

test('contexts are a map by their hashes, too', () => {
  const contexts = new Contexts([new Context({ h: 'a', cpuCount: 2 }), new Context({ h: 'b', cpuCount: 8 })]);
  expect([...contexts.filterWith(({ cpuCount }) => cpuCount > 4).keys()]).toEqual(['b']);
  expect(contexts.merge(new Contexts([new Context({ h: 'c' })])).size).toBe(3);
});
