import { context, hash, readContext, type Context } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone();

const stored = async (h: string): Promise<Context[]> => {
  const { status, json } = await api.get(`/contexts/${encodeURIComponent(h)}`);
  return status === 204 ? [] : json.contexts;
};

const aliases = [
  ['h', 'context_h'],
  ['cpu_frequency', 'cpu_freq'],
  ['machine_node', 'mac_node'],
  ['machine_type', 'mac_type'],
  ['machine_arch', 'mac_arch'],
  ['system_info', 'sys_info'],
  ['python_info', 'py_info'],
] as const;
const numbers = ['cpu_count', 'cpu_frequency', 'ram_total'] as const;

describe('a posted context', () => {
  it('is answered and read back, with its hash under both names', async () => {
    const row = context();
    const { status, json } = await api.post('/contexts/', row);
    expect(status).toBe(201);
    expect(json).toMatchObject(row);
    expect(await stored(row.h)).toEqual([readContext(row)]);
  });

  it('may use the names of the documents', async () => {
    const row = context();
    const renamed = Object.entries(row).map(([name, value]) => [
      aliases.find(([canonical]) => canonical === name)?.[1] ?? name,
      value,
    ]);
    const { status, json } = await api.post('/contexts/', Object.fromEntries(renamed));
    expect(status).toBe(201);
    expect(json).toMatchObject(row);
    expect(await stored(row.h)).toEqual([readContext(row)]);
  });

  it('may say max_arch, as one document has it', async () => {
    const { machine_arch, ...rest } = context();
    await api.store('/contexts/', [{ ...rest, max_arch: machine_arch }]);
    expect(await stored(rest.h)).toEqual([readContext({ ...rest, machine_arch })]);
  });

  it.each([...aliases, ['machine_arch', 'max_arch'] as const])(
    'keeps %s where %s is there as well',
    async (name, alias) => {
      const row = context();
      await api.store('/contexts/', [{ [alias]: typeof row[name] === 'number' ? 99 : hash(), ...row }]);
      expect(await stored(row.h)).toEqual([readContext(row)]);
    },
  );

  it('may have its hash in the path, unless the body has one', async () => {
    const { h, ...rest } = context();
    const { status, json } = await api.post<Context>(`/contexts/${h}`, rest);
    expect([status, json.h]).toEqual([201, h]);
    expect(await stored(h)).toEqual([readContext({ ...rest, h })]);
    const body = context();
    await api.store('/contexts/of-the-path', [body]);
    expect(await stored(body.h)).toEqual([readContext(body)]);
    expect(await stored('of-the-path')).toEqual([]);
  });

  it('may leave the vendor out, which is then empty', async () => {
    const { cpu_vendor: _, ...rest } = context();
    await api.store('/contexts/', [rest]);
    expect(await stored(rest.h)).toEqual([readContext({ ...rest, cpu_vendor: '' })]);
  });

  it('may be unreadable: empty texts, numbers 0', async () => {
    const row = context({
      cpu_count: 0,
      cpu_frequency: 0,
      cpu_type: '',
      cpu_vendor: '',
      ram_total: 0,
      machine_node: '',
      machine_type: '',
      machine_arch: '',
      system_info: '',
      python_info: '',
    });
    await api.store('/contexts/', [row]);
    expect(await stored(row.h)).toEqual([readContext(row)]);
  });

  it('reads numbers out of texts', async () => {
    const row = context({ cpu_count: 4, cpu_frequency: 2596.12, ram_total: 16_000 });
    const texts = Object.fromEntries(numbers.map((name) => [name, String(row[name])]));
    const { status, json } = await api.post('/contexts/', { ...row, ...texts });
    expect(status).toBe(201);
    expect(json).toMatchObject(row);
    expect(await stored(row.h)).toEqual([readContext(row)]);
  });

  it('keeps a frequency of 0.0 as 0', async () => {
    const row = context({ cpu_frequency: 0 });
    const text = JSON.stringify(row).replace('"cpu_frequency":0', '"cpu_frequency":0.0');
    expect((await api.post('/contexts/', text)).status).toBe(201);
    expect(await stored(row.h)).toEqual([readContext(row)]);
  });

  it('keeps its first content', async () => {
    const row = context();
    const later = { ...row, cpu_count: 64, machine_node: 'elsewhere' };
    for (const body of [row, row, later]) expect((await api.post('/contexts/', body)).status).toBe(201);
    expect(await stored(row.h)).toEqual([readContext(row)]);
  });
});

describe('a context that is no context', () => {
  it('names every offending field', async () => {
    const { cpu_vendor: _, ...required } = context();
    const { json, status } = await api.post('/contexts/', {});
    expect(status).toBe(400);
    expect(Object.keys(json.errors ?? {}).sort()).toEqual(Object.keys(required).sort());
  });

  it.each([
    ['h', ''],
    ['h', null],
    ['h', 7],
    ['h', 'a\u0000'],
    ['cpu_count', 'many'],
    ['cpu_count', null],
    ['cpu_count', true],
    ['cpu_frequency', 'fast'],
    ['cpu_frequency', []],
    ['ram_total', {}],
    ['ram_total', 'NaN'],
    ['ram_total', 'Infinity'],
    ['ram_total', '1e400'],
    ['cpu_type', null],
    ['cpu_type', 64],
    ['machine_node', []],
    ['machine_type', {}],
    ['machine_arch', 64],
    ['system_info', 'a\u0000b'],
    ['python_info', 3.12],
  ])('names %s where it is %j', async (name, value) => {
    const { status, json } = await api.post('/contexts/', { ...context(), [name]: value });
    expect([status, Object.keys(json.errors ?? {})]).toEqual([400, [name]]);
  });
});
