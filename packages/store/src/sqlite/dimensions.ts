import type { Context, Metric, Session } from '@monitor-server/contract';
import { BUILD_TAG, PIPELINE_TAG, storedTime, tagOf } from '@monitor-server/contract/values';
import type { Statement } from 'better-sqlite3';
import { digest, testIdentity } from '../digest.ts';
import type { Connection } from './database.ts';

/** How many texts of one dimension are remembered. Beyond that all are forgotten and looked up anew. */
const CACHE_LIMIT = 50_000;

/** The rows a metric refers to, by id. */
export interface References {
  test: number;
  session: number;
  context: number;
  component: number;
}

/**
 * The ids of what metrics have in common. Rows are made on first sight; ids are remembered, and forgotten
 * by `reset` when the transaction that made them is rolled back.
 */
export function createDimensions(db: Connection) {
  const tests = new Map<string, number>();
  const sessions = new Map<string, number>();
  const contexts = new Map<string, number>();
  const components = new Map<string, number>();
  const pairs = new Map<string, number>();
  const caches = [tests, sessions, contexts, components, pairs];

  const findTest = db.prepare('SELECT id FROM test WHERE key = ?').pluck();
  const insertTest = db.prepare(
    'INSERT INTO test (key, item, item_variant, item_path, item_fs_loc, kind, component_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const findSession = db.prepare('SELECT id FROM session WHERE h = ?').pluck();
  const insertSession = db.prepare('INSERT INTO session (h) VALUES (?)');
  const fillSession = db.prepare(
    `UPDATE session SET ordinal = (SELECT coalesce(max(ordinal), 0) + 1 FROM session), run_date = ?, run_us = ?,
       scm_ref = ?, tags = ?, pipeline_id = ?, build_id = ? WHERE id = ?`,
  );
  const isFilled = db.prepare('SELECT ordinal IS NOT NULL FROM session WHERE id = ?').pluck();
  const insertTag = db.prepare(
    'INSERT OR IGNORE INTO session_tag (name, value, session_id) VALUES (?, ?, ?)',
  );
  const findContext = db.prepare('SELECT id FROM context WHERE h = ?').pluck();
  const insertContext = db.prepare('INSERT INTO context (h) VALUES (?)');
  const fillContext = db.prepare(
    `UPDATE context SET ordinal = (SELECT coalesce(max(ordinal), 0) + 1 FROM context), body = ?
       WHERE h = ? AND ordinal IS NULL`,
  );
  const findComponent = db.prepare('SELECT id FROM component WHERE name = ?').pluck();
  const insertComponent = db.prepare('INSERT INTO component (name) VALUES (?)');
  const insertPair = db.prepare('INSERT OR IGNORE INTO session_component VALUES (?, ?, ?)');
  const findPipeline = db.prepare('SELECT id FROM pipeline WHERE name = ?').pluck();
  const insertPipeline = db.prepare('INSERT INTO pipeline (name) VALUES (?)');
  const findBuild = db.prepare('SELECT id FROM build WHERE pipeline_id = ? AND name = ?').pluck();
  const insertBuild = db.prepare('INSERT INTO build (pipeline_id, name) VALUES (?, ?)');
  const addTotal = db.prepare('UPDATE total SET n = n + 1 WHERE name = ?');

  /** The id of a text: remembered, else found, else of a row made now. */
  function idOf(
    cache: Map<string, number>,
    text: string,
    find: Statement,
    insert: Statement,
    ...more: unknown[]
  ): number {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const id = (find.get(text) as number | undefined) ?? Number(insert.run(text, ...more).lastInsertRowid);
    cache.set(text, id);
    return id;
  }

  function testId(metric: Metric, component: number): number {
    const key = testIdentity(metric);
    const known = tests.get(key);
    if (known !== undefined) return known;
    const stored = digest(key);
    const { item, item_variant, item_path, item_fs_loc, kind } = metric;
    const id =
      (findTest.get(stored) as number | undefined) ??
      Number(
        insertTest.run(stored, item, item_variant, item_path, item_fs_loc, kind, component).lastInsertRowid,
      );
    tests.set(key, id);
    return id;
  }

  function buildId(pipeline: number, name: string): number {
    return (
      (findBuild.get(pipeline, name) as number | undefined) ??
      Number(insertBuild.run(pipeline, name).lastInsertRowid)
    );
  }

  return {
    /** The ids a metric refers to. */
    of(metric: Metric): References {
      const component = idOf(components, metric.component, findComponent, insertComponent);
      return {
        component,
        test: testId(metric, component),
        session: idOf(sessions, metric.session_h, findSession, insertSession),
        context: idOf(contexts, metric.context_h, findContext, insertContext),
      };
    },

    /** Notes that a session has a metric of a component. */
    pair(refs: References, metric: number): void {
      const pair = `${refs.component} ${refs.session}`;
      if (pairs.has(pair)) return;
      insertPair.run(refs.component, refs.session, metric);
      pairs.set(pair, metric);
    },

    /** Forgets that a session has metrics of a component. */
    unpair(component: number, session: number): void {
      pairs.delete(`${component} ${session}`);
    },

    /** Fills in what a session's post says; the first post counts. */
    fillSession(value: Session): void {
      const id = idOf(sessions, value.session_h, findSession, insertSession);
      if (isFilled.get(id) === 1) return;
      const pipeline = tagOf(value, PIPELINE_TAG);
      const build = tagOf(value, BUILD_TAG);
      const pipelineId =
        pipeline === undefined ? null : idOf(new Map(), pipeline, findPipeline, insertPipeline);
      fillSession.run(
        value.run_date,
        storedTime(value.run_date).micros,
        value.scm_ref,
        JSON.stringify(value.tags),
        pipelineId,
        pipelineId === null || build === undefined ? null : buildId(pipelineId, build),
        id,
      );
      addTotal.run('sessions');
      for (const [name, text] of value.tags) insertTag.run(name, text, id);
    },

    /** Fills in what a context's post says; the first post counts. */
    fillContext(value: Context): void {
      idOf(contexts, value.h, findContext, insertContext);
      if (fillContext.run(JSON.stringify(value), value.h).changes > 0) addTotal.run('contexts');
    },

    /** Forgets everything that is not in the database for certain. */
    reset(): void {
      for (const cache of caches) cache.clear();
    },

    /** Keeps memory bounded; between transactions only. */
    trim(): void {
      for (const cache of caches) if (cache.size > CACHE_LIMIT) cache.clear();
    },
  };
}
