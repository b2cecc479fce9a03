import { z } from 'zod';
import { hash, text } from './fields.ts';

const NUMERAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** A finite number, or a string that spells one. */
const numeric = z.preprocess(
  (value) => (typeof value === 'string' && NUMERAL.test(value) ? Number(value) : value),
  z.number(),
);

/** The machine, operating system and Python that tests ran on. Frequency in MHz, memory in MB. */
export const context = z.object({
  h: hash,
  cpu_count: numeric,
  cpu_frequency: numeric,
  cpu_type: text,
  cpu_vendor: text.nullish().transform((value) => value ?? ''),
  ram_total: numeric,
  machine_node: text,
  machine_type: text,
  machine_arch: text,
  system_info: text,
  python_info: text,
});

export type Context = z.infer<typeof context>;

/** The documents' spellings of context keys, by canonical key. */
export const contextAliases = {
  h: ['context_h'],
  cpu_frequency: ['cpu_freq'],
  machine_node: ['mac_node'],
  machine_type: ['mac_type'],
  machine_arch: ['mac_arch', 'max_arch'],
  system_info: ['sys_info'],
  python_info: ['py_info'],
} as const;

/** A context as it is answered: `context_h` is the name the Python client reads. */
export const contextAnswer = context.extend({ context_h: hash });
