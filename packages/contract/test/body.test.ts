import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readContext, readLine, readMetric, readSession, TEXT_LIMIT, type Reading } from '../src/index.ts';
import { letter } from './letter.ts';

const metric = {
  session_h: 's',
  context_h: 'c',
  item_start_time: '2024-03-01T10:11:12.123456',
  item_path: 'pkg.test_module',
  item: 'test_item',
  item_variant: 'test_item[1]',
  item_fs_loc: 'pkg/test_module.py',
  kind: 'function',
  component: 'lib',
  total_time: 0.25,
  user_time: 0.125,
  kernel_time: 0.01,
  cpu_usage: 0.54,
  mem_usage: -3.5,
};

const session = { session_h: 's', run_date: '2024-03-01', scm_ref: 'f41c', description: { a: 'b' } };

const context = {
  h: 'c',
  cpu_count: 2,
  cpu_frequency: 2596.12,
  cpu_type: 'x86_64',
  cpu_vendor: 'AMD',
  ram_total: 24_105,
  machine_node: 'localhost',
  machine_type: 'x86_64',
  machine_arch: '64bit',
  system_info: 'Linux',
  python_info: '3.12',
};

function value<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(reading.detail);
  return reading.value;
}

/** The fields that are named as wrong. */
function faults(reading: Reading<unknown>): string[] {
  return reading.ok ? ['none'] : Object.keys(reading.errors ?? {}).toSorted();
}

const without = (body: object, ...keys: string[]): object =>
  Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));

const rename = (body: object, names: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(body).map(([key, each]) => [names[key] ?? key, each])));

describe('a metric', () => {
  test('is read as it is; unknown keys are left out', () => {
    expect(value(readMetric(JSON.stringify({ ...metric, other: 1, id: 2 })))).toEqual(metric);
  });

  test('is read under the spellings of the documents; the canonical one wins', () => {
    const names = { context_h: 'ctx_h', total_time: 'wall_time', kernel_time: 'krnl_time' };
    expect(value(readMetric(rename(metric, names)))).toEqual(metric);
    expect(value(readMetric(JSON.stringify({ ...metric, ctx_h: 'no', wall_time: 'no' })))).toEqual(metric);
    expect(faults(readMetric(JSON.stringify({ ...without(metric, 'total_time'), wall_time: 'no' })))).toEqual(
      ['total_time'],
    );
  });

  test('may have empty texts, but neither empty hashes nor an empty kind', () => {
    const empty = { item_path: '', item: '', item_variant: '', item_fs_loc: '', component: '' };
    expect(readMetric(JSON.stringify({ ...metric, ...empty })).ok).toBe(true);
    const bad = JSON.stringify({ ...metric, session_h: '', context_h: '', kind: '' });
    expect(faults(readMetric(bad))).toEqual(['context_h', 'kind', 'session_h']);
  });

  test('without any of its keys is refused, and the key named', () => {
    for (const key of Object.keys(metric)) {
      const reading = readMetric(JSON.stringify(without(metric, key)));
      expect(reading).toMatchObject({ ok: false, errors: { [key]: 'is required' } });
      expect(faults(reading)).toEqual([key]);
    }
    expect(faults(readMetric('{}'))).toEqual(Object.keys(metric).toSorted());
  });

  test('with a wrong type anywhere is refused, and every such field named', () => {
    for (const [key, given] of Object.entries(metric)) {
      for (const wrong of [null, [], {}, true, typeof given === 'string' ? 1 : '1']) {
        expect(faults(readMetric(JSON.stringify({ ...metric, [key]: wrong })))).toEqual([key]);
      }
    }
  });

  test.each(['NaN', 'Infinity', '-Infinity', '1e999', '-1e999'])(
    'with the number %s is refused, and named',
    (number) => {
      const text = JSON.stringify({ ...metric, item: 'NaN "Infinity"' }).replace('0.54', number);
      expect(faults(readMetric(text))).toEqual(['cpu_usage']);
      expect(faults(readMetric(text.replace('"function"', '""')))).toEqual(['cpu_usage', 'kind']);
    },
  );

  test.each(['', ' ', 'x', '{', '[]', 'null', '1', '"x"', '{"a": 1,}', "{'a': 1}", '{"a": NaN'])(
    'that is no object of JSON is refused: %s',
    (text) => {
      expect(readMetric(text).ok).toBe(false);
    },
  );

  test('has texts of at most 64 KiB, without U+0000; unpaired surrogates become U+FFFD', () => {
    const item = (text: string) => readMetric(JSON.stringify({ ...metric, item: text }));
    expect(value(item('x'.repeat(TEXT_LIMIT))).item).toHaveLength(TEXT_LIMIT);
    expect(faults(item('x'.repeat(TEXT_LIMIT + 1)))).toEqual(['item']);
    expect(item('\u20ac'.repeat(21_845)).ok).toBe(true);
    expect(faults(item('\u20ac'.repeat(21_846)))).toEqual(['item']);
    expect(faults(item('a\0b'))).toEqual(['item']);
    expect(value(item('a\ud800b\udc00')).item).toBe('a\ufffdb\ufffd');
    expect(value(item('\u{1f600}')).item).toBe('\u{1f600}');
  });

  test('has the time as it was sent', () => {
    for (const time of ['2024-03-01', '2024-03-01 10:11', '2024-03-01T10:11:12.1234567+0130']) {
      expect(value(readMetric(JSON.stringify({ ...metric, item_start_time: time }))).item_start_time).toBe(
        time,
      );
    }
    expect(faults(readMetric(JSON.stringify({ ...metric, item_start_time: 'now' })))).toEqual([
      'item_start_time',
    ]);
  });
});

describe('a context', () => {
  test('is read under the spellings of the documents', () => {
    expect(value(readContext(JSON.stringify(context)))).toEqual(context);
    const names = {
      h: 'context_h',
      cpu_frequency: 'cpu_freq',
      machine_node: 'mac_node',
      machine_type: 'mac_type',
    };
    const more = { system_info: 'sys_info', python_info: 'py_info' };
    for (const arch of ['mac_arch', 'max_arch']) {
      expect(value(readContext(rename(context, { ...names, ...more, machine_arch: arch })))).toEqual(context);
    }
  });

  test('may lack its vendor, and its hash where the path has it', () => {
    expect(value(readContext(JSON.stringify(without(context, 'cpu_vendor')))).cpu_vendor).toBe('');
    expect(value(readContext(JSON.stringify({ ...context, cpu_vendor: null }))).cpu_vendor).toBe('');
    expect(value(readContext(JSON.stringify(without(context, 'h')), 'path')).h).toBe('path');
    expect(value(readContext(JSON.stringify(context), 'path')).h).toBe('c');
    expect(value(readContext(rename(context, { h: 'context_h' }), 'path')).h).toBe('c');
    expect(faults(readContext(JSON.stringify(without(context, 'h'))))).toEqual(['h']);
  });

  test('takes numbers that are spelled as texts', () => {
    const given = { cpu_count: '8', cpu_frequency: ' 2596.12 ', ram_total: '1e3' };
    expect(value(readContext(JSON.stringify({ ...context, ...given })))).toMatchObject({
      cpu_count: 8,
      cpu_frequency: 2596.12,
      ram_total: 1000,
    });
    for (const wrong of [
      '',
      ' ',
      'x',
      '0x10',
      '1,5',
      'NaN',
      'Infinity',
      '1e999',
      '1_000',
      '--1',
      '.',
      '1 2',
    ]) {
      expect(faults(readContext(JSON.stringify({ ...context, cpu_count: wrong })))).toEqual(['cpu_count']);
    }
  });
});

describe('a session', () => {
  test('has tags in place of its description', () => {
    expect(value(readSession(JSON.stringify(session)))).toEqual({
      session_h: 's',
      run_date: '2024-03-01',
      scm_ref: 'f41c',
      tags: [['a', 'b']],
    });
    const text = JSON.stringify({ ...session, description: JSON.stringify({ a: 'b' }) });
    expect(value(readSession(text)).tags).toEqual([['a', 'b']]);
  });

  test('may lack its reference, and its hash where the path has it', () => {
    expect(value(readSession(JSON.stringify(without(session, 'scm_ref')))).scm_ref).toBeNull();
    expect(value(readSession(JSON.stringify({ ...session, scm_ref: null }))).scm_ref).toBeNull();
    expect(value(readSession(JSON.stringify({ ...session, scm_ref: '' }))).scm_ref).toBe('');
    expect(value(readSession(rename(session, { session_h: 'h' }), 'path')).session_h).toBe('s');
    expect(value(readSession(JSON.stringify(without(session, 'session_h')), 'path')).session_h).toBe('path');
    expect(faults(readSession(JSON.stringify(without(session, 'session_h'))))).toEqual(['session_h']);
  });

  test('names its description where that is wrong, together with all else', () => {
    expect(faults(readSession('{}'))).toEqual(['description', 'run_date', 'session_h']);
    for (const description of [
      null,
      [],
      'x',
      { a: null },
      { a: [1] },
      { a: '\0' },
      { a: 'x'.repeat(65_537) },
    ]) {
      expect(faults(readSession(JSON.stringify({ ...session, description })))).toEqual(['description']);
    }
    const text = JSON.stringify({ ...session, run_date: 'x' }).replace('"b"', 'NaN');
    expect(faults(readSession(text))).toEqual(['description', 'run_date']);
  });

  test('ignores tags that are posted as such', () => {
    expect(value(readSession(JSON.stringify({ ...session, tags: [['x', 'y']] }))).tags).toEqual([['a', 'b']]);
  });

  test('has each tag once, also where names read the same once stored', () => {
    const text =
      '{"session_h": "s", "run_date": "2024-03-01", "description": {"\\ud800": "x", "\\ud801": "y"}}';
    const names = value(readSession(text)).tags.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a line of an import', () => {
  test('is one of three types, a metric maybe with an id', () => {
    const line = (type: string, body: object) => readLine(JSON.stringify({ type, ...body }));
    expect(value(line('metric', metric))).toEqual({ type: 'metric', value: metric });
    expect(value(line('metric', { ...metric, id: 'x' }))).toEqual({
      type: 'metric',
      value: metric,
      key: { text: 'x' },
    });
    expect(value(line('session', { ...session, id: 'x' }))).toMatchObject({ type: 'session' });
    expect(value(line('context', context))).toEqual({ type: 'context', value: context });
  });

  test('names what is wrong', () => {
    expect(faults(readLine('{}'))).toEqual(['type']);
    expect(faults(readLine('{"type": "metrics"}'))).toEqual(['type']);
    for (const id of ['', 1, null, {}]) {
      expect(faults(readLine(JSON.stringify({ type: 'metric', ...metric, id })))).toEqual(['id']);
    }
    expect(faults(readLine('{"type": "session"}'))).toEqual(['description', 'run_date', 'session_h']);
  });
});

describe('nesting', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const posted = (other: string): string => JSON.stringify(metric).replace('{', `{"other":${other},`);

  test('as deep as nobody nests is understood', () => {
    expect(value(readMetric(posted(nested(999))))).toEqual(metric);
  });

  test.each([
    ['of arrays', posted(nested(1_000))],
    ['of objects', posted(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`)],
    ['that never ends', '['.repeat(2_001)],
  ])('deeper than that is refused: %s', (_, body) => {
    expect(readMetric(body)).toEqual({ ok: false, detail: 'The body is nested more than 1000 deep.' });
  });

  test('is what brackets beside each other and in texts are not', () => {
    const texts = ['[', '{', '"', '\\'].map((character) => JSON.stringify(character.repeat(2_000)));
    for (const other of [...texts, `[${'[],'.repeat(2_000)}{}]`]) {
      expect(value(readMetric(posted(other)))).toEqual(metric);
    }
  });
});

describe('any text', () => {
  const key = fc.constantFrom(
    ...Object.keys(metric),
    ...Object.keys(session),
    ...Object.keys(context),
    '__proto__',
    'type',
  );
  const object = fc.dictionary(key, fc.jsonValue()).map((body) => JSON.stringify(body));

  test('is read, or refused with its faults', () => {
    const type = fc.constantFrom('metric', 'session', 'context');
    const line = fc
      .tuple(type, fc.jsonValue())
      .map(([type, body]) => JSON.stringify({ ...(body as object), type }));
    fc.assert(
      fc.property(fc.oneof(object, line, fc.json(), fc.string({ unit: letter })), (text) => {
        for (const read of [readMetric, readSession, readContext, readLine]) {
          const reading: Reading<unknown> = read(text);
          expect(reading.ok ? 'value' in reading : reading.detail.length > 0).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, string]>([
    ['quotes', '"'.repeat(400_000)],
    ['escaped quotes', `"${'\\"'.repeat(200_000)}`],
    ['backslashes', `"${'\\'.repeat(400_001)}`],
    ['names without an end', '{"a'.repeat(130_000)],
    ['words', 'Infinity'.repeat(50_000)],
    ['minus signs', '-'.repeat(400_000)],
    ['a long text', JSON.stringify({ ...metric, x: '\n'.repeat(200_000) })],
  ])('is refused or read in time linear to its length: %s', (_, text) => {
    const started = performance.now();
    readMetric(text);
    readSession(text);
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
