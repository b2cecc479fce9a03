import type { Connection } from './database.ts';
import type { References } from './dimensions.ts';
import type { Values } from './extremes.ts';
import { createOwners } from './owners.ts';
import type { Removed } from './retention.ts';
import { ZONE_BITS } from './zone.ts';

/**
 * How many metrics wait at most until counts, extremes and indexes take them in, and how many are taken in at once.
 * Updating those with every metric wrote 17 KB per metric. Readers look at the waiting ones themselves, so more of
 * them make reading slower; taking in more at once writes less, but all posts wait meanwhile: for 1,024 they waited half
 * as long again as for 512, which wrote a fifth more.
 */
const FOLD_AFTER = 2_048;
const FOLD_SIZE = 512;

/** Where more wait, as while an import is on its way, this share of them is taken in, or they would become ever more. */
const FOLD_SHARE = 1 / 4;

/** A stored metric, as far as counts and extremes are made of it. */
export interface Fact extends References {
  id: number;
  micros: number;
  values: Values;
}

/** What metrics are indexed by. */
const INDEXED = ['test', 'session', 'context', 'component'] as const;

interface Zone {
  count: number;
  first: number;
  last: number;
}

type FactRow = [number, number, number, number, number, number, ...Values];

/**
 * Takes metrics into the indexes, counts, extremes and zones that lists and rankings read. All of that follows from the
 * `metric` table, so it may lag behind: `total.folded` is the last metric that is in, readers look at later
 * ones themselves, and a writer that was killed finds them here again.
 */
export function createFold(db: Connection) {
  const tests = createOwners(db, 'test');
  const sessions = createOwners(db, 'session');
  const countContext = db.prepare('UPDATE context SET metric_count = metric_count + ? WHERE id = ?');
  const countComponent = db.prepare('UPDATE component SET metric_count = metric_count + ? WHERE id = ?');
  const saveZone = db.prepare(
    `INSERT INTO metric_zone VALUES (?, ?, ?, ?) ON CONFLICT (zone) DO UPDATE SET
       metric_count = metric_count + excluded.metric_count,
       first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us)`,
  );
  const addTotal = db.prepare(`UPDATE total SET n = n + ? WHERE name = 'metrics'`);
  const setFolded = db.prepare(`UPDATE total SET n = ? WHERE name = 'folded'`);
  // In the order of each index, so that a page is written once. OR FAIL spares SQLite a journal of each statement
  // in a file: where one fails, the whole transaction is rolled back.
  const indexes = INDEXED.map((name) =>
    db.prepare(
      `INSERT OR FAIL INTO ${name}_metric SELECT ${name}_id, id FROM metric WHERE id BETWEEN ? AND ? ORDER BY 1, 2`,
    ),
  );
  const facts: Fact[] = (
    db
      .prepare(
        `SELECT id, test_id, session_id, context_id, component_id, start_us,
           total_time, user_time, kernel_time, cpu_usage, mem_usage
         FROM metric WHERE id > (SELECT n FROM total WHERE name = 'folded') ORDER BY id`,
      )
      .raw()
      .all() as FactRow[]
  ).map(([id, test, session, context, component, micros, ...values]) => {
    return { id, test, session, context, component, micros, values };
  });

  let taken: Fact[] = [];

  function addZone(zones: Map<number, Zone>, { id, micros }: Fact): void {
    const number = Math.floor(id / 2 ** ZONE_BITS);
    const zone = zones.get(number);
    if (zone === undefined) {
      zones.set(number, { count: 1, first: micros, last: micros });
      return;
    }
    zone.count++;
    zone.first = Math.min(zone.first, micros);
    zone.last = Math.max(zone.last, micros);
  }

  function increment(counts: Map<number, number>, id: number): void {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }

  return {
    /** How many metrics wait. */
    pending: (): number => facts.length,

    /** Whether so many wait that some are to be taken in. */
    isDue: (): boolean => facts.length >= FOLD_AFTER,

    /** Whether a metric, or one before it, waits. */
    awaits: (metric: number): boolean => (facts[0]?.id ?? Infinity) <= metric,

    add(fact: Fact): void {
      facts.push(fact);
    },

    /** Forgets the metrics of a transaction that was rolled back. */
    forgetSince(pending: number): void {
      facts.length = pending;
      tests.reset();
      sessions.reset();
    },

    /** Takes over what retention left of tests and sessions. */
    follow(removed: Removed): void {
      tests.follow(removed.tests);
      sessions.follow(removed.sessions);
    },

    /** Takes in the first of what waits; within a transaction that does nothing else. */
    run(): void {
      taken = facts.slice(0, Math.max(FOLD_SIZE, Math.ceil(facts.length * FOLD_SHARE)));
      const first = taken[0];
      const last = taken.at(-1);
      if (first === undefined || last === undefined) return;
      const contexts = new Map<number, number>();
      const components = new Map<number, number>();
      const zones = new Map<number, Zone>();
      for (const fact of taken) {
        tests.add(fact.test, fact.id, fact.values);
        sessions.add(fact.session, fact.id, fact.values);
        increment(contexts, fact.context);
        increment(components, fact.component);
        addZone(zones, fact);
      }
      tests.flush();
      sessions.flush();
      for (const [id, count] of contexts) countContext.run(count, id);
      for (const [id, count] of components) countComponent.run(count, id);
      for (const [number, zone] of zones) saveZone.run(number, zone.count, zone.first, zone.last);
      for (const index of indexes) index.run(first.id, last.id);
      addTotal.run(taken.length);
      setFolded.run(last.id);
    },

    /** After the commit of `run`. */
    settle(): void {
      facts.splice(0, taken.length);
    },
  };
}
