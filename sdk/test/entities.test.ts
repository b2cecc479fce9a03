import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Context, Field, Metric, MetricScope, Session } from '../src/index.ts';

const metric = new Metric({
  sessionH: 's',
  contextH: 'c',
  startTime: '2021-02-09T12:12:04.136861',
  itemPath: 'pkg.test_a',
  item: 'test_a',
  variant: 'test_a[1]',
  path: 'pkg/test_a.py',
  component: 'lib',
  wallTime: 1.5,
  userTime: 1,
  kernelTime: 0.25,
  cpuUsage: 0.83,
  memoryUsage: -2,
});

describe('a metric', () => {
  test('has the documented properties', () => {
    expect(metric).toMatchObject({
      session: 's',
      sessionH: 's',
      context: 'c',
      contextH: 'c',
      startTime: '2021-02-09T12:12:04.136861',
      itemPath: 'pkg.test_a',
      item: 'test_a',
      variant: 'test_a[1]',
      path: 'pkg/test_a.py',
      scope: MetricScope.FUNCTION,
      component: 'lib',
      wallTime: 1.5,
      userTime: 1,
      kernelTime: 0.25,
      cpuUsage: 0.83,
      memoryUsage: -2,
    });
    expect(metric.runTime.toISOString()).toBe('2021-02-09T12:12:04.136861Z');
    expect([metric.isFunction(), metric.isModule(), metric.isPackage()]).toEqual([true, false, false]);
    expect(new Metric({ kind: MetricScope.MODULE }).isModule()).toBe(true);
    expect(new Metric({ kind: MetricScope.PACKAGE }).isPackage()).toBe(true);
  });

  test('is exported under the names of its fields, all or some', () => {
    expect(Object.keys(metric.toDict())).toEqual(Object.values(Field).slice(0, 14));
    expect(metric.toDict({ keep: [Field.MEM_USAGE, Field.ITEM, Field.SCM] })).toEqual({
      item: 'test_a',
      memory_usage: -2,
    });
    expect(metric.toDict({ drop: Object.values(Field).slice(1) })).toEqual({ session_h: 's' });
    expect(metric.toDict({ keep: [Field.ITEM], drop: [Field.ITEM] })).toEqual({ item: 'test_a' });
    expect(JSON.parse(JSON.stringify(metric))).toEqual(metric.toDict());
  });

  test('has a hash of all its values', () => {
    const init = { item: 'a', wallTime: 1, startTime: '2024-01-01' };
    const hash = new Metric(init).hash();
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(new Metric(init).hash()).toBe(hash);
    const others = [{ item: 'b' }, { wallTime: 2 }, { startTime: '2024-01-01T00:00:00' }, { variant: 'a' }];
    const hashes = others.map((other) => new Metric({ ...init, ...other }).hash());
    expect(new Set([hash, ...hashes]).size).toBe(5);
  });

  test('shows its values on the console', () => {
    expect(inspect(metric)).toMatch(/^Metric \{\n\s+session_h: 's'/);
  });
});

describe('a session', () => {
  const session = new Session({
    h: 'deadbeef',
    scmRef: 'ABCDEF',
    runDate: '2021-02-09T12:12:04.136861',
    tags: { pipeline_branch: 'master', h: 'shadow', toString: 'text' },
  });

  test('has the documented properties', () => {
    expect(session).toMatchObject({ h: 'deadbeef', scm: 'ABCDEF' });
    expect(session.startDate.micros % 1_000_000).toBe(136_861);
    expect(session.tags).toEqual({ pipeline_branch: 'master', h: 'shadow', toString: 'text' });
    expect(new Session().tags['toString']).toBeUndefined();
    const listed = new Session({ tags: [{ name: 'a', value: '1' }] });
    expect(listed.tags).toEqual({ a: '1' });
    expect(new Session({ tags: null })).toMatchObject({ scm: null, tags: {} });
  });

  test('is exported with its tags in a dictionary, or beside its fields', () => {
    expect(session.toDict()).toEqual({
      h: 'deadbeef',
      scm: 'ABCDEF',
      run_date: '2021-02-09T12:12:04.136861',
      tags: { pipeline_branch: 'master', h: 'shadow', toString: 'text' },
    });
    expect(session.toDict({ drop: [Field.RUN_DATE, Field.SCM], expandTags: true })).toEqual({
      h: 'deadbeef',
      pipeline_branch: 'master',
      'tags.h': 'shadow',
      toString: 'text',
    });
    expect(session.toDict({ keep: [Field.H], expandTags: true })).toEqual({ h: 'deadbeef' });
  });
});

test('a context has the documented properties', () => {
  const context = new Context({
    h: 'badc0ffee',
    cpuCount: 4,
    cpuFreq: 2400.5,
    cpuType: 'x86_64',
    cpuVendor: 'AMD',
    ramTotal: 16_000,
    macNode: 'Rotondu',
    macType: 'x86_64',
    macArch: '64bit',
    sysInfo: 'Linux',
    pyInfo: '3.11',
  });
  expect(context).toMatchObject({
    h: 'badc0ffee',
    cpuCount: 4,
    cpuFreq: 2400.5,
    cpuType: 'x86_64',
    cpuVendor: 'AMD',
    totalRam: 16_000,
    machineNode: 'Rotondu',
    machineType: 'x86_64',
    machineArch: '64bit',
    sysInfo: 'Linux',
    pythonInfo: '3.11',
  });
  expect(Object.keys(context.toDict())).toEqual([Field.H, ...Object.values(Field).slice(18)]);
  expect(context.toDict({ keep: [Field.RAM_TOTAL_MB] })).toEqual({ ram: 16_000 });
});

test('the values of fields are the documented names of columns, in their order', () => {
  expect(Object.values(Field).join(', ')).toBe(
    'session_h, context_h, start_time, item_path, item, variant, path, kind, component, wall_time, user_time, ' +
      'kernel_time, cpu_usage, memory_usage, h, scm, run_date, tags, cpu_count, cpu_freq, cpu_type, cpu_vendor, ram, ' +
      'hostname, type, arch, sys, py',
  );
});
