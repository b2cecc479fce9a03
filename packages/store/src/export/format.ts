import type { Value } from './columns.ts';

/** The five resources of a metric, as numbers or as the database spells them. */
export type Numbers = readonly [
  total_time: number | string,
  user_time: number | string,
  kernel_time: number | string,
  cpu_usage: number | string,
  mem_usage: number | string,
];

/** What a line is put together from; all but the start and the numbers are fields that are written already. */
export interface LineParts {
  session: string;
  context: string;
  start: string;
  test: string;
  numbers: Numbers;
  /** With a comma before each field. */
  joined: string;
}

/** How metrics become text. What many metrics have in common is written once and kept. */
export interface LineFormat {
  /** What stands before the first line. */
  head(names: readonly string[]): string;
  /** Some columns of a line. */
  fields(names: readonly string[], values: readonly Value[]): string;
  line(parts: LineParts): string;
}
