import type { Field } from '../enums.ts';

/** Which fields are exported: all, only those of `keep`, or all but those of `drop`; `keep` wins over `drop`. */
export interface Selection {
  keep?: readonly Field[] | undefined;
  drop?: readonly Field[] | undefined;
}

/** The chosen ones of some fields, in their own order. */
export function selectFields<F extends Field>(fields: readonly F[], { keep, drop }: Selection): readonly F[] {
  if (keep !== undefined) return fields.filter((field) => keep.includes(field));
  if (drop !== undefined) return fields.filter((field) => !drop.includes(field));
  return fields;
}
