import { readFileSync } from 'node:fs';

export type Recorded = { status: number; json: unknown };
export type Recording = { posts: Record<string, Recorded>; gets: Record<string, Recorded> };

/** What the original server answered to the scenario of this name. */
export const recording = (name: string): Recording =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));

const links = ['next_url', 'prev_url'];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a link says, however its query is ordered and whichever cursor it carries beside the page. */
const meaning = (link: unknown): string => {
  if (typeof link !== 'string') return JSON.stringify(link ?? null);
  const url = new URL(link, 'http://host');
  const asked = ['page', 'with_flags', 'restrict_flags', 'method'].map((name) => url.searchParams.get(name));
  return JSON.stringify([decodeURIComponent(url.pathname), ...asked]);
};

/**
 * The first place where `got` is not what `wanted` was, or ''. Every key of the recording must be there with
 * an equal value; links are compared by what they say, and one that was not recorded must not be there.
 */
export const difference = (wanted: unknown, got: unknown, at = ''): string => {
  // The original forgets the tags on one route.
  if (wanted === null && at.endsWith('.tags')) return '';
  const found = JSON.stringify(got)?.slice(0, 200);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(got) || got.length !== wanted.length)
      return `${at}: ${wanted.length} items, got ${found}`;
    for (const [i, item] of wanted.entries()) {
      const found = difference(item, got[i], `${at}[${i}]`);
      if (found !== '') return found;
    }
    return '';
  }
  if (!isRecord(wanted)) {
    return Object.is(wanted, got) ? '' : `${at}: ${JSON.stringify(wanted)}, got ${found}`;
  }
  if (!isRecord(got)) return `${at}: an object, got ${found}`;
  for (const [key, value] of Object.entries(wanted)) {
    const isSame = links.includes(key) && meaning(value) === meaning(got[key]);
    const found = isSame ? '' : difference(value, got[key], `${at}.${key}`);
    if (found !== '') return found;
  }
  const added = links.find((key) => !(key in wanted) && (got[key] ?? null) !== null);
  return added === undefined ? '' : `${at}.${added}: no link, got ${JSON.stringify(got[added])}`;
};
