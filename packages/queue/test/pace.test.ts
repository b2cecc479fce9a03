import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createIntake,
  createOverflowQueue,
  openPace,
  openSpool,
  type Backlog,
  type Pace,
} from '../src/pipeline.ts';
import { createMoodyQueue } from './overflow-world.ts';
import { metric } from './spool-batches.ts';
import { createFolders, createLog, SOON } from './spool-world.ts';

const LIMIT = 4_000;
const LONGEST_MS = 10_000;

const newFolder = createFolders();

/** A backlog that is what it is set to. */
function createBacklog(records: number) {
  const state = { records };
  return { state, ask: (): Promise<Backlog> => Promise.resolve({ ...state }) };
}

describe('a pace', () => {
  const paces: Pace[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    for (const pace of paces.splice(0)) pace.close();
    vi.useRealTimers();
  });

  async function open(...backlogs: (() => Promise<Backlog>)[]): Promise<Pace> {
    const pace = openPace({ backlogs, limit: LIMIT });
    paces.push(pace);
    await vi.advanceTimersByTimeAsync(0);
    return pace;
  }

  /** How long an answer is held, in milliseconds. */
  async function held(pace: Pace, what: 'post' | 'import' = 'post'): Promise<number> {
    const start = performance.now();
    const ended: number[] = [];
    void pace.hold(what).then(() => ended.push(performance.now()));
    await vi.advanceTimersByTimeAsync(LONGEST_MS + 100);
    return (ended[0] ?? Infinity) - start;
  }

  test('holds nothing up to the limit, then longer with every record, and never longer than 10 s', async () => {
    const backlog = createBacklog(0);
    const pace = await open(backlog.ask);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(5 * LIMIT), { minLength: 2, maxLength: 8 }), async (amounts) => {
        const times: number[] = [];
        const sorted = amounts.toSorted((a, b) => a - b);
        for (const records of sorted) {
          backlog.state.records = records;
          await vi.advanceTimersByTimeAsync(1_000);
          times.push(await held(pace));
        }
        expect(times.map((ms) => ms > 0)).toEqual(sorted.map((records) => records > LIMIT));
        expect(times.map((ms) => ms >= LONGEST_MS)).toEqual(sorted.map((records) => records >= 2 * LIMIT));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(Math.max(...times)).toBeLessThanOrEqual(LONGEST_MS);
      }),
      { numRuns: 15 },
    );
  });

  test('holds imports first: as long as it can before it holds posts at all', async () => {
    const pace = await open(createBacklog(LIMIT).ask);
    expect(await held(pace, 'post')).toBe(0);
    expect(await held(pace, 'import')).toBe(LONGEST_MS);
    expect(await held(await open(createBacklog(LIMIT / 2).ask), 'import')).toBe(0);
    expect(await held(await open(createBacklog(LIMIT * 0.75).ask), 'import')).toBe(100);
  });

  test('follows the backlog, and adds up what waits in several places', async () => {
    const [one, other] = [createBacklog(0), createBacklog(LIMIT)];
    const pace = await open(one.ask, other.ask);
    expect(await held(pace)).toBe(0);
    one.state.records = LIMIT / 2;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await held(pace)).toBe(100);
    other.state.records = 0;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await held(pace)).toBe(0);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('away'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])('takes a backlog that %s for what it was, and goes on asking for others', async (_, away) => {
    const [one, other] = [createBacklog(LIMIT), createBacklog(0)];
    let ask = one.ask;
    const pace = await open(() => ask(), other.ask);
    ask = away;
    await vi.advanceTimersByTimeAsync(1_000);
    other.state.records = LIMIT;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await held(pace)).toBe(LONGEST_MS);
  });

  test('that is closed lets everything go at once, and leaves no timer', async () => {
    const pace = await open(createBacklog(9 * LIMIT).ask);
    const holds = [pace.hold('post'), pace.hold('import')];
    pace.close();
    await Promise.all([...holds, pace.hold('post')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    { clients: 8, stored: 100 },
    { clients: 8, stored: 400 },
    { clients: 64, stored: 1_000 },
  ])('makes $clients clients post as much as is stored, $stored a second', async ({ clients, stored }) => {
    const backlog = createBacklog(0);
    const pace = await open(backlog.ask);
    let posts = 0;
    let most = 0;
    const stop = new AbortController();
    async function client(): Promise<void> {
      while (!stop.signal.aborted) {
        // What a post takes where nothing holds it: all of them post far more than is stored.
        await new Promise((resolve) => setTimeout(resolve, 10));
        backlog.state.records++;
        posts++;
        await pace.hold('post');
      }
    }
    const working = Array.from({ length: clients }, client);
    async function run(seconds: number): Promise<number> {
      const before = posts;
      for (let at = 0; at < seconds * 20; at++) {
        await vi.advanceTimersByTimeAsync(50);
        most = Math.max(most, backlog.state.records);
        backlog.state.records = Math.max(0, backlog.state.records - stored / 20);
      }
      return (posts - before) / seconds;
    }

    await run(30);
    const perSecond = await run(10);
    expect(perSecond).toBeGreaterThan(stored * 0.9);
    expect(perSecond).toBeLessThan(stored * 1.1);
    // What comes until the next look at the backlog is accepted all the same.
    expect(most).toBeLessThan(2 * LIMIT + clients * 100 * 0.2);
    stop.abort();
    pace.close();
    await vi.advanceTimersByTimeAsync(20);
    await Promise.all(working);
  });
});

describe('an intake with a pace', () => {
  test('holds answers of records that are durable, each for itself, until the pace lets go', async () => {
    const log = createLog();
    const primary = createMoodyQueue();
    const spool = await openSpool({ folder: newFolder(), log });
    const queue = createOverflowQueue({ primary, spool, patienceMs: 1_000, log });
    const pace = openPace({ backlogs: [queue.depth], limit: 1 });
    const intake = createIntake(queue, { pace });
    primary.be('refuse');

    // Twice the limit and more wait in the spool: from the next look at it on, answers are held.
    const first = await Promise.all([metric(0), metric(1), metric(2)].map((record) => intake.add(record)));
    expect(new Set(first).size).toBe(1);
    const answers: string[] = [];
    const adding: Promise<unknown>[] = [];
    while (answers.length === adding.length) {
      adding.push(intake.add(metric(adding.length)).then((batch) => answers.push(batch)));
      await intake.idle();
      await setImmediate();
    }

    adding.push(intake.addAll([metric(0), metric(1)]).then((batch) => answers.push(batch)));
    await expect.poll(async () => (await queue.depth()).records, SOON).toBe(3 + adding.length + 1);
    expect(answers).toHaveLength(adding.length - 2);
    pace.close();
    await Promise.all(adding);

    const kept = (await spool.oldest(10_000)).map(({ id }) => id);
    expect(new Set([...first, ...answers])).toEqual(new Set(kept));
    await queue.close();
    await spool.close();
  });
});
