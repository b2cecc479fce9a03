import { randomUUID } from 'node:crypto';

export type Metric = {
  session_h: string;
  context_h: string;
  item_start_time: string;
  item_path: string;
  item: string;
  item_variant: string;
  item_fs_loc: string;
  kind: string;
  component: string;
  total_time: number;
  user_time: number;
  kernel_time: number;
  cpu_usage: number;
  mem_usage: number;
};

export type Tag = { name: string; key: string; value: string };

/** A session as pytest-monitor posts it. */
export type SessionPost = {
  session_h: string;
  run_date: string;
  scm_ref: string | null;
  description: Record<string, string>;
};

/** A session as it is read back. */
export type Session = { session_h: string; run_date: string; scm_ref: string | null; tags: Tag[] };

/** A context as pytest-monitor posts it. */
export type ContextPost = {
  h: string;
  cpu_count: number;
  cpu_frequency: number;
  cpu_type: string;
  cpu_vendor: string;
  ram_total: number;
  machine_node: string;
  machine_type: string;
  machine_arch: string;
  system_info: string;
  python_info: string;
};

/** A context as it is read back. */
export type Context = ContextPost & { context_h: string };

/** 32 hex digits, new on every call, as long as the hashes pytest-monitor makes. */
export const hash = (): string => randomUUID().replaceAll('-', '');

/** A valid metric under its canonical keys: what is posted is what must be read back. */
export const metric = (given: Partial<Metric> = {}): Metric => ({
  session_h: hash(),
  context_h: hash(),
  item_start_time: '2024-03-01T10:11:12.123456',
  item_path: 'pkg.test_module',
  item: 'test_item',
  item_variant: 'test_item[1]',
  item_fs_loc: 'pkg/test_module.py',
  kind: 'function',
  component: 'lib',
  total_time: 0.25,
  user_time: 0.125,
  kernel_time: 0.01,
  cpu_usage: 0.54,
  mem_usage: 3.5,
  ...given,
});

/** A valid session; its description is an object of texts, so that `readSession` can say what comes back. */
export const session = (given: Partial<SessionPost> = {}): SessionPost => ({
  session_h: hash(),
  run_date: '2024-03-01T10:11:12.123456',
  scm_ref: 'f41cefd139e4990e7068fe34b39144608cba356d',
  description: { python: '3.12' },
  ...given,
});

/** A valid context. */
export const context = (given: Partial<ContextPost> = {}): ContextPost => ({
  h: hash(),
  cpu_count: 2,
  cpu_frequency: 2596.12,
  cpu_type: 'x86_64',
  cpu_vendor: 'AMD EPYC',
  ram_total: 24_105,
  machine_node: 'localhost',
  machine_type: 'x86_64',
  machine_arch: '64bit',
  system_info: 'Linux - 6.18',
  python_info: '3.11.2 (main)',
  ...given,
});

/** A description that puts a session into a build. */
export const build = (pipeline: string, number: string): Record<string, string> => ({
  pipeline_branch: pipeline,
  pipeline_build_no: number,
  __ci__: 'jenkinsci',
});

/** What must be read back of a posted session. */
export const readSession = ({ description, ...rest }: SessionPost): Session => ({
  ...rest,
  tags: Object.entries(description).map(([name, value]) => ({ name, key: name, value })),
});

/** What must be read back of a posted context. */
export const readContext = (posted: ContextPost): Context => ({ ...posted, context_h: posted.h });
