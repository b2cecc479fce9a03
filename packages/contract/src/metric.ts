import { z } from 'zod';
import { hash, text, time } from './fields.ts';

/** What pytest-monitor measured of one test: times in seconds, CPU as a ratio (1 = one full CPU), memory in MB. */
export const metric = z.object({
  session_h: hash,
  context_h: hash,
  item_start_time: time,
  item_path: text,
  item: text,
  item_variant: text,
  item_fs_loc: text,
  kind: text.refine((value) => value.length > 0, 'must not be empty'),
  component: text,
  total_time: z.number(),
  user_time: z.number(),
  kernel_time: z.number(),
  cpu_usage: z.number(),
  mem_usage: z.number(),
});

export type Metric = z.infer<typeof metric>;

/** The documents' spellings of metric keys, by canonical key. */
export const metricAliases = {
  context_h: ['ctx_h'],
  total_time: ['wall_time'],
  kernel_time: ['krnl_time'],
} as const;
