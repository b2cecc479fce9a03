/** Every failure that this library itself reports is one of these. An aborted call throws its signal's reason. */
export class MonitorError extends Error {
  // Names are spelled out because minifiers change those of classes.
  override name = 'MonitorError';
}

/** What a server says about a failure (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** What is wrong, by field of the body that was sent. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** The server answered, and its answer is a failure. */
export class ProblemError extends MonitorError {
  override name = 'ProblemError';
  readonly status: number;
  readonly problem: Problem;
  readonly method: string;
  readonly url: string;

  constructor(method: string, url: string, problem: Problem) {
    super(`${problem.status} ${problem.title}: ${problem.detail} (${method} ${url})`);
    this.status = problem.status;
    this.problem = problem;
    this.method = method;
    this.url = url;
  }
}

/** The server could not be reached, or the connection broke, in spite of all retries. */
export class ConnectionError extends MonitorError {
  override name = 'ConnectionError';
  readonly url: string;

  constructor(url: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.url = url;
  }
}

/** The server did not answer in time. */
export class TimeoutError extends ConnectionError {
  override name = 'TimeoutError';
}

/** What answered is not a monitor-server. */
export class ProtocolError extends MonitorError {
  override name = 'ProtocolError';
}

/** Why a database file cannot be read. */
export type DatabaseFault = 'missing' | 'foreign' | 'locked' | 'damaged' | 'unreadable';

/** A `.pymon` file cannot be read. */
export class DatabaseError extends MonitorError {
  override name = 'DatabaseError';
  readonly path: string;
  /**
   * `missing`: there is no such file. `foreign`: it is no database, or none of pytest-monitor. `locked`: another
   * process writes it all the time. `damaged`: SQLite finds it corrupt. `unreadable`: anything else.
   */
  readonly fault: DatabaseFault;

  constructor(path: string, fault: DatabaseFault, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.path = path;
    this.fault = fault;
  }
}

/** A text or file that should be loaded does not have the form it should have. */
export class FormatError extends MonitorError {
  override name = 'FormatError';
}

/** What was asked for cannot be done with this source. */
export class UnsupportedError extends MonitorError {
  override name = 'UnsupportedError';
}
