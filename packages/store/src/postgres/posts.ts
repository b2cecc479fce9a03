import { BUILD_TAG, PIPELINE_TAG, tagOf } from '@monitor-server/contract/values';
import type { PoolClient } from 'pg';
import { digest } from '../digest.ts';
import { bigints, byteStrings, integers, texts } from './arrays.ts';
import type { References } from './dimensions.ts';
import type { ReadyContext, ReadyRecord, ReadySession } from './records.ts';

// All of this runs under the lock of the inserts, so nobody else draws ordinals or makes pipelines meanwhile.

const FILL_SESSIONS = `WITH
  fresh AS MATERIALIZED (
    SELECT given.* FROM unnest($1::integer[], $2::text[], $3::bigint[], $4::text[], $5::text[],
        $6::bytea[], $7::text[], $8::bytea[], $9::text[]) WITH ORDINALITY AS
      given (id, run_date, run_us, scm_ref, tags, pipeline_key, pipeline, build_key, build, n)
    JOIN session ON session.id = given.id WHERE session.ordinal IS NULL),
  found_pipeline AS MATERIALIZED (
    SELECT id, key FROM pipeline WHERE key IN (SELECT pipeline_key FROM fresh)),
  made_pipeline AS (
    INSERT INTO pipeline (key, name)
    SELECT pipeline_key, min(pipeline) FROM fresh
    WHERE pipeline_key IS NOT NULL AND pipeline_key NOT IN (SELECT key FROM found_pipeline)
    GROUP BY pipeline_key ORDER BY min(n) RETURNING id, key),
  any_pipeline AS (SELECT id, key FROM found_pipeline UNION ALL SELECT id, key FROM made_pipeline),
  wanted_build AS MATERIALIZED (
    SELECT any_pipeline.id AS pipeline_id, build_key AS key, min(build) AS name, min(n) AS n
    FROM fresh JOIN any_pipeline ON any_pipeline.key = pipeline_key
    WHERE build_key IS NOT NULL GROUP BY any_pipeline.id, build_key),
  found_build AS MATERIALIZED (
    SELECT build.id, pipeline_id, build.key FROM build JOIN wanted_build USING (pipeline_id, key)),
  made_build AS (
    INSERT INTO build (pipeline_id, key, name)
    SELECT pipeline_id, key, name FROM wanted_build
    WHERE (pipeline_id, key) NOT IN (SELECT pipeline_id, key FROM found_build)
    ORDER BY n RETURNING id, pipeline_id, key),
  any_build AS (
    SELECT id, pipeline_id, key FROM found_build UNION ALL SELECT id, pipeline_id, key FROM made_build),
  content AS (
    SELECT fresh.*, any_pipeline.id AS pipeline_id, any_build.id AS build_id,
      (SELECT coalesce(max(ordinal), 0) FROM session) + row_number() OVER (ORDER BY n) AS ordinal
    FROM fresh LEFT JOIN any_pipeline ON any_pipeline.key = pipeline_key
    LEFT JOIN any_build ON any_build.pipeline_id = any_pipeline.id AND any_build.key = build_key),
  filled AS (
    UPDATE session SET ordinal = content.ordinal, run_date = content.run_date, run_us = content.run_us,
      scm_ref = content.scm_ref, tags = content.tags, pipeline_id = content.pipeline_id,
      build_id = content.build_id
    FROM content WHERE session.id = content.id RETURNING session.id),
  tagged AS (
    INSERT INTO session_tag (name_key, value_key, session_id)
    SELECT DISTINCT name_key, value_key, session_id
    FROM unnest($10::bytea[], $11::bytea[], $12::integer[]) AS tag (name_key, value_key, session_id)
    WHERE session_id IN (SELECT id FROM filled))
  UPDATE total SET n = n + (SELECT count(*) FROM filled) WHERE name = 'sessions'`;

const FILL_CONTEXTS = `WITH
  content AS (
    SELECT given.id, given.body,
      (SELECT coalesce(max(ordinal), 0) FROM context) + row_number() OVER (ORDER BY n) AS ordinal
    FROM unnest($1::integer[], $2::text[]) WITH ORDINALITY AS given (id, body, n)
    JOIN context ON context.id = given.id WHERE context.ordinal IS NULL),
  filled AS (
    UPDATE context SET ordinal = content.ordinal, body = content.body
    FROM content WHERE context.id = content.id RETURNING context.id)
  UPDATE total SET n = n + (SELECT count(*) FROM filled) WHERE name = 'contexts'`;

function optional<T>(text: string | undefined, convert: (text: string) => T): T | null {
  return text === undefined ? null : convert(text);
}

/** Fills in what sessions' posts say. */
async function fillSessions(
  client: PoolClient,
  posts: readonly ReadySession[],
  refs: References,
): Promise<void> {
  const ids = posts.map(({ value }) => refs.of('session', value.session_h));
  const pipelines = posts.map(({ value }) => tagOf(value, PIPELINE_TAG));
  const builds = posts.map(({ value }) => tagOf(value, BUILD_TAG));
  const tags = posts.flatMap(({ value }, at) =>
    value.tags.map(([name, text]) => ({
      name: digest(name),
      text: digest(text),
      session: ids[at] as number,
    })),
  );
  await client.query(FILL_SESSIONS, [
    integers(ids),
    texts(posts.map(({ value }) => value.run_date)),
    bigints(posts.map(({ micros }) => micros)),
    texts(posts.map(({ value }) => value.scm_ref)),
    texts(posts.map(({ value }) => JSON.stringify(value.tags))),
    byteStrings(pipelines.map((name) => optional(name, digest))),
    texts(pipelines.map((name) => name ?? null)),
    byteStrings(builds.map((name) => optional(name, digest))),
    texts(builds.map((name) => name ?? null)),
    byteStrings(tags.map(({ name }) => name)),
    byteStrings(tags.map(({ text }) => text)),
    integers(tags.map(({ session }) => session)),
  ]);
}

/** Fills in what contexts' posts say. */
async function fillContexts(
  client: PoolClient,
  posts: readonly ReadyContext[],
  refs: References,
): Promise<void> {
  await client.query(FILL_CONTEXTS, [
    integers(posts.map(({ value }) => refs.of('context', value.h))),
    texts(posts.map(({ value }) => JSON.stringify(value))),
  ]);
}

/** The first of those that have the same hash. */
function firsts<T>(posts: readonly T[], hashOf: (post: T) => string): T[] {
  const first = new Map<string, T>();
  for (const post of posts) if (!first.has(hashOf(post))) first.set(hashOf(post), post);
  return [...first.values()];
}

/** Fills in sessions and contexts from their posts, where they are stubs; the first post counts. */
export async function fillIn(
  client: PoolClient,
  records: readonly ReadyRecord[],
  refs: References,
): Promise<void> {
  const sessions = firsts(
    records.filter((record) => record.type === 'session'),
    ({ value }) => value.session_h,
  );
  const contexts = firsts(
    records.filter((record) => record.type === 'context'),
    ({ value }) => value.h,
  );
  if (sessions.length > 0) await fillSessions(client, sessions, refs);
  if (contexts.length > 0) await fillContexts(client, contexts, refs);
}
