import type { Outcome } from '../client.ts';
import type { Kind } from '../pipeline/backends.ts';
import { isRefused, isReset } from '../tally.ts';

/** What becomes of requests to a process that is killed. */
export const isKilled = (outcome: Outcome): boolean => isReset(outcome) || isRefused(outcome);

/** What a query service may say while it has no database. */
export const isUnavailable = (outcome: Outcome): boolean => outcome === 503;

/** What a query service may say while what ingest hands its batches to is away. */
export const isUnavailableIfDirect = (outcome: Outcome, kind: Kind): boolean =>
  kind === 'direct' && isUnavailable(outcome);

/** From when to when failures may be excused. */
export interface Span {
  from: number;
  to: number;
}

/** What came of requests that failed: those whose failure is excused, and the others. */
export const split = <Failure extends { outcome: Outcome; at: number }>(
  failures: Failure[],
  spans: Span[],
  excuses: (outcome: Outcome) => boolean = () => false,
): { excused: Outcome[]; others: Outcome[] } => {
  const isExcused = ({ outcome, at }: Failure): boolean =>
    excuses(outcome) && spans.some(({ from, to }) => at >= from && at <= to);
  const outcomes = (some: Failure[]): Outcome[] => some.map(({ outcome }) => outcome);
  return {
    excused: outcomes(failures.filter(isExcused)),
    others: outcomes(failures.filter((failure) => !isExcused(failure))),
  };
};
