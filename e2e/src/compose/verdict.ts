import type { Outcome } from '../client.ts';
import type { Trouble } from './trouble.ts';

/** From when to when a trouble excuses failures, by `performance.now()`. */
export interface Span {
  trouble: Trouble;
  from: number;
  to: number;
}

export interface Verdict {
  excused: Outcome[];
  /** With what was happening at the time. */
  others: string[];
}

type Excuse = (trouble: Trouble) => ((outcome: Outcome) => boolean) | undefined;

/** Tells failures that are excused by what was happening from all others. */
export const judge = (
  failures: readonly { outcome: Outcome; at: number }[],
  spans: readonly Span[],
  excuseOf: Excuse,
): Verdict => {
  const verdict: Verdict = { excused: [], others: [] };
  for (const { outcome, at } of failures) {
    const meanwhile = spans.filter(({ from, to }) => at >= from && at <= to).map(({ trouble }) => trouble);
    if (meanwhile.some((trouble) => excuseOf(trouble)?.(outcome))) verdict.excused.push(outcome);
    else verdict.others.push(`${outcome} (${meanwhile.map(({ name }) => name).join(', ') || 'in peace'})`);
  }
  return verdict;
};
