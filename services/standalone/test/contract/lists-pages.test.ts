import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';
import { asking, componentLists, nameLists, pipelineList, populate, rowLists } from './world.ts';

const size = 3;
const { api } = await standalone({ pageSize: size });
beforeAll(() => populate(api));

const numbers = (rows: readonly unknown[]): number[] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => i + 1);

/** The links without their opaque cursor: which pages they name. */
const linked = (json: { next_url?: string | null; prev_url?: string | null }) =>
  [json.prev_url, json.next_url].map((link) =>
    typeof link === 'string' ? Number(new URL(link, 'http://host').searchParams.get('page')) : link,
  );

describe.each(rowLists)('$path', ({ path, key, rows }) => {
  const last = numbers(rows).length;

  it('answers every page with its rows, the total and the links there are', async () => {
    for (const page of numbers(rows)) {
      const { status, json } = await api.get(asking(path, `page=${page}`));
      expect(status).toBe(200);
      expect(json[key]).toEqual(rows.slice((page - 1) * size, page * size));
      expect(json.total_page).toBe(last);
      expect(linked(json)).toEqual([page > 1 ? page - 1 : undefined, page < last ? page + 1 : undefined]);
      const links = [page < last ? 'next_url' : '', page > 1 ? 'prev_url' : ''].filter(Boolean);
      expect(Object.keys(json).sort()).toEqual([key, 'total_page', ...links].sort());
    }
  });

  it('counts negative pages from the end', async () => {
    for (const page of numbers(rows)) {
      const { json } = await api.get(asking(path, `page=${page - last - 1}`));
      expect(json[key]).toEqual(rows.slice((page - 1) * size, page * size));
      expect(linked(json)).toEqual([page > 1 ? page - 1 : undefined, page < last ? page + 1 : undefined]);
    }
  });

  it('follows next_url to the end and prev_url back', async () => {
    const answers = await api.pages(path);
    expect(answers.flatMap(({ json }): unknown[] => json[key])).toEqual(rows);
    for (let page = last; page > 1; page--) {
      const back = answers[page - 1]?.json.prev_url ?? '';
      expect(back).toMatch(/^\/api\/v1\//);
      expect((await api.get(back.slice('/api/v1'.length))).json[key]).toEqual(answers[page - 2]?.json[key]);
    }
  });

  it('has no page outside', async () => {
    for (const page of [0, last + 1, -last - 1, '99999999999999999999', '-99999999999999999999']) {
      const { status, json } = await api.get(asking(path, `page=${page}`));
      expect([page, status, json.status]).toEqual([page, 404, 404]);
    }
  });
});

describe.each(nameLists)('$path', ({ path, key, rows }) => {
  const last = numbers(rows).length;

  it('answers every page with both links, null where there is no page, and without a cursor', async () => {
    for (const page of numbers(rows)) {
      const { status, json } = await api.get(asking(path, `page=${page}`));
      expect(status).toBe(200);
      expect(json[key]).toEqual(rows.slice((page - 1) * size, page * size));
      expect(json.total_page).toBe(last);
      expect(linked(json)).toEqual([page > 1 ? page - 1 : null, page < last ? page + 1 : null]);
      expect(`${json.next_url} ${json.prev_url}`).not.toContain('after');
    }
  });

  it('names what the path names', async () => {
    const { json } = await api.get(path);
    const named = { component: 'lib/io [core]', pipeline: 'team/a:b é', build: '7/1?x=1' };
    const parts = Object.entries(named).filter(
      ([part]) => path.includes(`/${part}s/`) && !(part === 'build' && key === 'builds'),
    );
    expect(json).toMatchObject(Object.fromEntries(parts));
    expect(Object.keys(json).sort()).toEqual(
      [...parts.map(([part]) => part), key, 'next_url', 'prev_url', 'total_page'].sort(),
    );
  });

  it('counts negative pages, and has none outside', async () => {
    expect((await api.get(asking(path, 'page=-1'))).json[key]).toEqual(rows.slice((last - 1) * size));
    for (const page of [0, last + 1, -last - 1]) {
      expect((await api.get(asking(path, `page=${page}`))).status).toBe(404);
    }
  });

  it('takes a page size of its own', async () => {
    const answers = await api.pages(asking(path, 'per_page=2'));
    expect(answers.flatMap(({ json }): unknown[] => json[key])).toEqual(rows);
    expect(answers).toHaveLength(Math.ceil(rows.length / 2));
  });
});

describe.each(componentLists)('$path', ({ path, key, rows }) => {
  it('gives all in one answer to a client that reads one', async () => {
    const { status, json } = await api.get(path);
    expect(status).toBe(200);
    expect(json).toEqual({ [key]: rows, total_page: 1 });
  });

  it('gives pages when asked for one', async () => {
    const { json } = await api.get(asking(path, 'page=1'));
    expect(json[key]).toEqual(rows.slice(0, size));
    expect(json.total_page).toBe(numbers(rows).length);
    expect('prev_url' in json).toBe(false);
    const second = await api.get(asking(path, 'page=2'));
    expect(linked(second.json)).toEqual([1, 3]);
    const last = await api.get(asking(path, 'page=-1'));
    expect(last.json[key]).toEqual(rows.slice(6));
    expect('next_url' in last.json).toBe(false);
    expect((await api.get(asking(path, 'page=0'))).status).toBe(404);
    expect((await api.get(asking(path, 'page=4'))).status).toBe(404);
  });

  it('gives pages of the size asked for', async () => {
    const answers = await api.pages(asking(path, 'per_page=5'));
    expect(answers.map(({ json }) => json[key])).toEqual([rows.slice(0, 5), rows.slice(5)]);
  });
});

describe('the list of all pipelines', () => {
  it.each(['', '?page=1', '?page=7', '?page=0'])('is one answer with one key: %s', async (query) => {
    const { status, json } = await api.get(`${pipelineList.path}${query}`);
    expect(status).toBe(200);
    expect(json).toEqual({ pipelines: pipelineList.rows });
  });
});
