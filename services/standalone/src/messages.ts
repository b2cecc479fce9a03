/** What a child process tells the supervisor. */
export type FromChild =
  | { type: 'ready'; url?: string }
  | { type: 'failed'; error: { message: string; code?: string | undefined } };

/** What the supervisor tells a child process. */
export type ToChild = { type: 'stop' };

/** What a child process is for. */
export type Role = 'http' | 'worker';

/** What the supervisor tells a child process at its start, as environment variables. */
export interface ChildEnvironment {
  MONITOR_SERVER_ROLE: Role;
  /** The socket of the supervisor's writer, where the database is a SQLite file. */
  MONITOR_SERVER_WRITER?: string;
}
