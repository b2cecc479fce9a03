import type { Readiness, Sample } from '@monitor-server/runtime';

/** What the supervisor may ask a child process, and what that answers. */
export interface Answers {
  readiness: Readiness;
  metrics: readonly Sample[];
}

/** What a child process tells the supervisor. */
export type FromChild =
  | { type: 'ready'; url?: string }
  | { type: 'failed'; error: { message: string; code?: string | undefined } }
  | { type: 'answer'; number: number; value: Answers[keyof Answers] };

/** What the supervisor tells a child process. */
export type ToChild = { type: 'stop' } | { type: 'ask'; number: number; what: keyof Answers };

/** What a child process is for. */
export type Role = 'http' | 'worker';

/** What the supervisor tells a child process at its start, as environment variables. */
export interface ChildEnvironment {
  MONITOR_SERVER_ROLE: Role;
  /** The socket of the supervisor's writer, where the database is a SQLite file. */
  MONITOR_SERVER_WRITER?: string;
}
