import { expect, it } from 'vitest';
import { difference, recording, type Recorded } from './recording.ts';
import { createScenario } from './scenario.ts';
import { standalone } from './standalone.ts';

const { posts, gets } = recording('alpha');
const { contexts, sessions, metrics } = createScenario('alpha');
const { api } = await standalone({ pageSize: 5 });

const asked = (prefix: string) =>
  Object.keys(gets)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));

/** What is wrong with an answer, or ''. The wording of the original's errors is nobody's contract. */
const fault = (wanted: Recorded | undefined, got: Recorded): string => {
  if (wanted?.status !== got.status) return `status ${wanted?.status} was recorded, got ${got.status}`;
  return wanted.status >= 400 || wanted.json === null ? '' : difference(wanted.json, got.json);
};

it('compares all 296 recorded answers', () => {
  expect(Object.keys(posts).length + Object.keys(gets).length).toBe(296);
  expect(asked('empty ').length + asked('/').length + asked('all ').length).toBe(Object.keys(gets).length);
  expect(contexts.length + sessions.length + metrics.length).toBe(Object.keys(posts).length);
});

it.each(asked('empty '))('empty: GET %s', async (path) => {
  expect(fault(gets[`empty ${path}`], await api.get(path))).toBe('');
});

const rows: [name: string, path: string, row: unknown][] = [
  ...contexts.map((row, i): [string, string, unknown] => [`context ${i}`, '/contexts/', row]),
  ...sessions.map((row, i): [string, string, unknown] => [`session ${i}`, '/sessions/', row]),
  ...metrics.map((row, i): [string, string, unknown] => [`metric ${i}`, '/metrics/', row]),
];

it.each(rows)('posts %s', async (name, path, row) => {
  expect(fault(posts[name], await api.post(path, row))).toBe('');
});

it('counts every row', async () => {
  const counts = { metrics: metrics.length, sessions: sessions.length, contexts: contexts.length };
  await expect(api.arrived(counts)).resolves.toBeUndefined();
});

it.each(asked('/').map((path) => `/${path}`))('GET %s', async (path) => {
  expect(fault(gets[path], await api.get(path))).toBe('');
});

// The original lists the empty component and pages the list: only the set over all its pages compares.
it.each(asked('all '))('all of %s', async (path) => {
  const { status } = await api.get(path);
  const pages = status === 200 ? await api.pages(`${path}?per_page=2`) : [];
  const components = pages.flatMap(({ json }) => json.components).sort();
  expect(fault(gets[`all ${path}`], { status, json: { components } })).toBe('');
});
