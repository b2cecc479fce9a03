/** A metric as it is sent: times in seconds, CPU as a ratio, memory in MB. NaN is a number that was not recorded. */
export interface MetricRecord {
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
}

/** A session as it is sent. `tags` are pairs because their order is kept. */
export interface SessionRecord {
  session_h: string;
  run_date: string;
  scm_ref: string | null;
  tags: readonly (readonly [name: string, value: string])[];
}

/** An execution context as it is sent. Frequency in MHz, memory in MB. */
export interface ContextRecord {
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
}
