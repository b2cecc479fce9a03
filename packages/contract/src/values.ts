import type { Context } from './context.ts';
import type { Session, SessionAnswer } from './session.ts';

// What the store needs to know of records. It must not load the schemas: every thread would hold a copy.

export * from './time.ts';

/** The five measured resources, by the name of their key in a metric. */
export const resources = ['total_time', 'user_time', 'kernel_time', 'cpu_usage', 'mem_usage'] as const;
export type Resource = (typeof resources)[number];

/** The tags that pytest-monitor sets on a CI system. */
export const PIPELINE_TAG = 'pipeline_branch';
export const BUILD_TAG = 'pipeline_build_no';

/**
 * What an access token may be good for: `ingest` for storing, `query` for reading, `admin` for everything there is.
 */
export const scopes = ['ingest', 'query', 'admin'] as const;

export type Scope = (typeof scopes)[number];

/** Spells a session's tags out as the wire has them. */
export function answerSession(value: Session): SessionAnswer {
  return {
    session_h: value.session_h,
    run_date: value.run_date,
    scm_ref: value.scm_ref,
    tags: value.tags.map(([name, tag]) => ({ name, key: name, value: tag })),
  };
}

/** The text of the first tag of that name that is not empty. */
export function tagOf(value: Session, name: string): string | undefined {
  return value.tags.find(([key, tag]) => key === name && tag !== '')?.[1];
}

/** Gives a context the second name of its hash. */
export function answerContext(value: Context): Context & { context_h: string } {
  return { ...value, context_h: value.h };
}
