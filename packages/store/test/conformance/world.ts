import type { StoredRecord } from '@monitor-server/contract';
import { ciTags, context, metric, session } from './records.ts';

/** A small generator of numbers from 0 to 1 (mulberry32): the same seed gives the same world everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SESSIONS = 40;
const COMPONENTS = ['', 'lib', 'lib.io', 'Lib', 'rare'];
const PIPELINES = ['main', 'release%', 'nightly'];
/** Most tests are functions. */
const KINDS = ['module', 'class'];
const START = Date.parse('2024-03-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** Makes records that are skewed like the world: a few tests run most, most kernel times are equal. */
export interface World {
  /** Metrics of sessions and contexts that may not have been posted yet. */
  metrics(length: number): StoredRecord[];
  /** The posts of all sessions and contexts, in an order of their own. */
  posts(): StoredRecord[];
}

export function createWorld(seed: number): World {
  const random = createRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const skewed = (end: number): number => Math.floor(random() ** 3 * end);
  let made = 0;

  function make(): StoredRecord {
    const test = skewed(80);
    const session = skewed(SESSIONS);
    const component = COMPONENTS[test % 11 === 10 ? 4 : test % 4] ?? '';
    const rough = Math.round(random() * 20) / 8;
    made++;
    return metric({
      session_h: `s${session}`,
      context_h: `c${session % 3}`,
      item_start_time: new Date(START + below(500) * HOUR_MS).toISOString(),
      item: `test_${test % 60}`,
      item_variant: test % 5 === 0 ? '' : `test_${test % 60}[${test}]`,
      kind: KINDS[(test % 9) - 7] ?? 'function',
      component,
      // Different for every metric, so that two lists are equal only if they hold the same ones.
      total_time: made / 1024,
      user_time: rough * (test % 7),
      kernel_time: random() < 0.8 ? 0 : 0.01 * below(4),
      cpu_usage: below(3) / 2,
      mem_usage: (below(9) - 4) * (1 + (session % 5)),
    });
  }

  function sessionPost(number: number): StoredRecord {
    const pipeline = number % 7 === 0 ? '' : (PIPELINES[number % 3] ?? '');
    const build = number % 5 === 0 ? undefined : String(number % 8);
    return session({
      session_h: `s${number}`,
      run_date: new Date(START + below(500) * HOUR_MS).toISOString(),
      scm_ref: number % 4 === 0 ? null : `ref${number % 9}`,
      tags: [...ciTags(pipeline, build), ['python', number % 2 === 0 ? '3.12' : ''], ['n', String(number)]],
    });
  }

  return {
    metrics: (length) => Array.from({ length }, make),
    posts() {
      const order = Array.from({ length: SESSIONS }, (_, number) => number).sort(() => random() - 0.5);
      const contexts = ['c2', 'c0', 'c1'].map((h, number) => context({ h, cpu_count: number }));
      return [...order.map(sessionPost), ...contexts];
    },
  };
}
