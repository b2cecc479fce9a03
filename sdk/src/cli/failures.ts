import { CommanderError } from 'commander';
import {
  ConnectionError,
  DatabaseError,
  MonitorError,
  ProblemError,
  ProtocolError,
  UnsupportedError,
} from '../errors.ts';
import { printable } from './text.ts';

/** What a command ends with. */
export const ExitCode = {
  DONE: 0,
  /** It could not be done, or not all of it. */
  FAILED: 1,
  /** It was asked for in a way that means nothing. */
  USAGE: 2,
  /** `compare --fail` found that something takes more. */
  MORE: 3,
  /** Ctrl-C. */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What was asked for means nothing. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command ends because whoever started it wants it to. */
export class Interruption extends Error {
  override name = 'Interruption';
  override message = 'interrupted';
}

/** How a command failed: its exit code, and what is said about it. Nothing where it has been said already. */
export interface Failure {
  readonly code: ExitCode;
  readonly message?: string;
}

/** What to do about an error, where its message does not say so. */
function remedyOf(error: MonitorError): string | undefined {
  if (error instanceof ProblemError && (error.status === 401 || error.status === 403))
    return 'give a token with --token or MONITOR_SERVER_TOKEN';
  if (error instanceof ConnectionError) return 'is the address right, and does the server run?';
  if (error instanceof ProtocolError) return 'is the address that of a monitor-server?';
  if (error instanceof DatabaseError && error.fault === 'missing')
    return 'pytest-monitor writes .pymon where pytest runs';
  return undefined;
}

/** The innermost failure behind one that only says at which point it came. */
function originOf(error: MonitorError): MonitorError {
  return error.cause instanceof MonitorError ? originOf(error.cause) : error;
}

/** What to tell about whatever a command threw. What nobody foresaw is told with its stack, for it is a mistake of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    const isAnswer = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    return { code: isAnswer ? ExitCode.DONE : ExitCode.USAGE };
  }
  if (error instanceof Interruption) return { code: ExitCode.INTERRUPTED, message: error.message };
  if (error instanceof UsageError || error instanceof RangeError || error instanceof UnsupportedError)
    return { code: ExitCode.USAGE, message: printable(error.message) };
  if (error instanceof MonitorError) {
    const remedy = remedyOf(originOf(error));
    return {
      code: ExitCode.FAILED,
      message: printable(error.message) + (remedy === undefined ? '' : `; ${remedy}`),
    };
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  // Errors of the system have a code, and say which file it was.
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return { code: ExitCode.FAILED, message };
  return { code: ExitCode.FAILED, message: `this should not have happened; please report it: ${stack}` };
}
