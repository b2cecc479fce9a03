import type { Values } from './snapshot.ts';

/** Metric ids above `low`, up to `high`. */
export interface Segment {
  readonly low: number;
  readonly high: number;
}

export function lengthOf({ low, high }: Segment): number {
  return Math.max(0, high - low);
}

/** What two segments have in common. */
export function cut(segment: Segment, { low, high }: Segment): Segment {
  return { low: Math.max(segment.low, low), high: Math.min(segment.high, high) };
}

/** The first `length` ids of a segment in the direction of reading, and what is left of it. */
export function split(segment: Segment, length: number, backwards: boolean): [taken: Segment, rest: Segment] {
  const { low, high } = segment;
  if (length >= high - low) return [segment, backwards ? { low, high: low } : { low: high, high }];
  const at = backwards ? high - length : low + length;
  const [before, after] = [
    { low, high: at },
    { low: at, high },
  ];
  return backwards ? [after, before] : [before, after];
}

/** SQL that holds for rows of `metric m` with an id in one of these segments, which are in order. */
export function isWithin(segments: readonly Segment[], { bind }: Values): string {
  const one = ({ low, high }: Segment): string => `m.id > ${bind(low)} AND m.id <= ${bind(high)}`;
  const [first, ...others] = segments;
  const last = others.at(-1);
  if (first === undefined) return 'false';
  if (last === undefined) return one(first);
  // The whole stretch besides, because an index is searched for that.
  return `${one({ low: first.low, high: last.high })} AND (${segments.map(one).join(' OR ')})`;
}
