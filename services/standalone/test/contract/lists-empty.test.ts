import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';
import { asking, componentLists, counts, nameLists, pipelineList, rankings, rowLists } from './world.ts';

const { api } = await standalone({ pageSize: 3 });

const since = 'since=2000-01-01';

describe('nothing stored', () => {
  it.each([...rowLists, ...componentLists, pipelineList])('204: $path', async ({ path, times }) => {
    const queries = ['page=1', 'page=-1', 'page=junk', ...(times === undefined ? [] : [since])];
    for (const asked of [path, ...queries.map((query) => asking(path, query))]) {
      const { status, text } = await api.get(asked);
      expect([asked, status, text]).toEqual([asked, 204, '']);
    }
  });

  it.each([...rowLists, ...componentLists])('no other page: $path', async ({ path }) => {
    for (const page of [0, 2, -2]) {
      expect([page, (await api.get(asking(path, `page=${page}`))).status]).toEqual([page, 404]);
    }
  });

  it.each(nameLists)('an empty list of names: $path', async ({ path, key }) => {
    for (const asked of [path, asking(path, 'page=1'), asking(path, 'page=-1')]) {
      const { status, json } = await api.get(asked);
      expect(status).toBe(200);
      expect(json).toMatchObject({ [key]: [], total_page: 0, next_url: null, prev_url: null });
    }
    for (const page of [0, 2, -2]) {
      expect([page, (await api.get(asking(path, `page=${page}`))).status]).toEqual([page, 404]);
    }
  });

  it.each(counts)('a count of 0: $path', async ({ path }) => {
    const { status, json } = await api.get(path);
    expect([status, json]).toEqual([200, { count: 0 }]);
  });

  it.each(rankings)('an empty ranking: $path', async ({ path }) => {
    for (const end of ['head/metrics', 'tail/metrics', 'head/3/metrics', 'tail/0/metrics']) {
      const { status, json } = await api.get(`${path}/${end}`);
      expect(status).toBe(200);
      expect(json).toEqual({ metrics: [], next_url: null, prev_url: null, total_page: 1 });
    }
  });
});
