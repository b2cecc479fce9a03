import type { Connection } from './database.ts';
import type { References } from './dimensions.ts';
import type { Values } from './extremes.ts';
import { createOwnerRemoval, type Remainder, type RemovedFact } from './owner-removal.ts';
import { ZONE_BITS } from './zone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What others remember of tests and sessions is to be corrected by. */
export interface Removed {
  readonly tests: readonly Remainder[];
  readonly sessions: readonly Remainder[];
  /** Sessions that have no metric of a component any more. */
  readonly pairs: readonly (readonly [component: number, session: number])[];
}

interface Fact extends References, RemovedFact {}

type FactRow = readonly [id: number, ...owners: [number, number, number, number], ...Values];

/** In the order of each index, so that a page is written once. */
function groupBy(facts: readonly Fact[], owner: keyof References): [id: number, facts: Fact[]][] {
  return [...Map.groupBy(facts, (fact) => fact[owner])].sort(([a], [b]) => a - b);
}

/**
 * Notes when metrics are stored, to the hour, and removes those that are some days old: the oldest first and a few at a
 * time, from the facts and from everything that the fold has made of them. Tests, sessions, contexts and components stay.
 */
export function createRetention(db: Connection) {
  const tests = createOwnerRemoval(db, 'test');
  const sessions = createOwnerRemoval(db, 'session');
  const readTotal = db.prepare('SELECT n FROM total WHERE name = ?').pluck();
  // A clock that was set back must not make metrics look older than they are.
  const setHour = db.prepare(
    `INSERT INTO metric_hour SELECT max(?, coalesce(max(hour), 0)), ? FROM metric_hour
     WHERE true ON CONFLICT (hour) DO UPDATE SET last_metric = excluded.last_metric`,
  );
  const readExpired = db.prepare('SELECT max(last_metric) FROM metric_hour WHERE hour < ?').pluck();
  const readFacts = db
    .prepare(
      `SELECT id, test_id, session_id, context_id, component_id,
         total_time, user_time, kernel_time, cpu_usage, mem_usage
       FROM metric WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`,
    )
    .raw();
  const removeFacts = db.prepare('DELETE FROM metric WHERE id > ? AND id <= ?');
  const removeKeys = db.prepare('DELETE FROM metric_key WHERE metric_id <= ?');
  const removeHours = db.prepare('DELETE FROM metric_hour WHERE last_metric <= ?');
  const removeZones = db.prepare('DELETE FROM metric_zone WHERE zone <= ?');
  const addZone = db.prepare(
    `INSERT INTO metric_zone SELECT @zone, count(*), min(start_us), max(start_us) FROM metric
     WHERE id BETWEEN @first AND @last HAVING count(*) > 0`,
  );
  const countless = (['context', 'component'] as const).map((name) => ({
    name,
    count: db.prepare(`UPDATE ${name} SET metric_count = metric_count - ? WHERE id = ?`),
    unlink: db.prepare(`DELETE FROM ${name}_metric WHERE ${name}_id = ? AND metric_id <= ?`),
  }));
  const findFolded = db
    .prepare(
      `SELECT x.metric_id FROM session_metric x JOIN metric m ON m.id = x.metric_id
       WHERE x.session_id = ? AND m.component_id = ? ORDER BY x.metric_id LIMIT 1`,
    )
    .pluck();
  const findLater = db
    .prepare('SELECT id FROM metric WHERE id > ? AND session_id = ? AND component_id = ? ORDER BY id LIMIT 1')
    .pluck();
  const updatePair = db.prepare(
    'UPDATE session_component SET first_metric = ? WHERE component_id = ? AND session_id = ?',
  );
  const removePair = db.prepare('DELETE FROM session_component WHERE component_id = ? AND session_id = ?');
  const addTotal = db.prepare(`UPDATE total SET n = n - ? WHERE name = 'metrics'`);
  const setRemoved = db.prepare(`UPDATE total SET n = ? WHERE name = 'removed'`);

  /** Corrects since when sessions have metrics of components; gives those that have none any more. */
  function renewPairs(facts: readonly Fact[], folded: number): Removed['pairs'] {
    const pairs = new Map(
      facts.map(({ component, session }) => [`${component} ${session}`, [component, session]]),
    );
    const gone: [number, number][] = [];
    for (const [component, session] of pairs.values() as Iterable<[number, number]>) {
      const first = findFolded.get(session, component) ?? findLater.get(folded, session, component);
      if (first !== undefined) updatePair.run(first, component, session);
      else {
        removePair.run(component, session);
        gone.push([component, session]);
      }
    }
    return gone;
  }

  function renewZones(last: number, folded: number): void {
    const zone = Math.floor((last + 1) / 2 ** ZONE_BITS);
    removeZones.run(zone);
    addZone.run({ zone, first: last + 1, last: Math.min(folded, (zone + 1) * 2 ** ZONE_BITS - 1) });
  }

  return {
    /** Notes that all metrics up to one were stored by now, in milliseconds. */
    note(last: number, now: number): void {
      setHour.run(Math.floor(now / HOUR_MS), last);
    },

    /** The last metric that was stored so many days before now; undefined where all up to there are gone. */
    expired(days: number, now: number): number | undefined {
      const last = readExpired.get(Math.floor((now - days * DAY_MS) / HOUR_MS)) as number | null;
      return last === null || last <= (readTotal.get('removed') as number) ? undefined : last;
    },

    /** Removes so many of the metrics up to one that `expired` gave, and that are all folded; within a transaction. */
    run(expired: number, limit: number): Removed {
      const before = readTotal.get('removed') as number;
      const folded = readTotal.get('folded') as number;
      const facts = (readFacts.all(before, expired, limit) as FactRow[]).map(
        ([id, test, session, context, component, ...values]): Fact => {
          return { id, test, session, context, component, values };
        },
      );
      const last = facts.length < limit ? expired : (facts.at(-1)?.id ?? expired);
      const ofTests = groupBy(facts, 'test').map(([test, own]) => tests.remove(test, own, last));
      const ofSessions = groupBy(facts, 'session').map(([session, own]) =>
        sessions.remove(session, own, last),
      );
      for (const { name, count, unlink } of countless) {
        for (const [id, own] of groupBy(facts, name)) {
          count.run(own.length, id);
          unlink.run(id, last);
        }
      }
      removeFacts.run(before, last);
      const pairs = renewPairs(facts, folded);
      renewZones(last, folded);
      removeKeys.run(last);
      removeHours.run(last);
      addTotal.run(facts.length);
      setRemoved.run(last);
      return { tests: ofTests, sessions: ofSessions, pairs };
    },
  };
}
