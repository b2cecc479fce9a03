/** The fields of metrics, sessions and contexts; the values are the names of columns and of keys in dictionaries. */
export const Field = {
  /** The session that ran the test. */
  SESSION_H: 'session_h',
  /** The execution context the test ran in. */
  CONTEXT_H: 'context_h',
  /** When the test started. */
  ITEM_START_TIME: 'start_time',
  /** The path under which Python imports the test. */
  ITEM_PATH: 'item_path',
  /** The name of the test. */
  ITEM: 'item',
  /** The name of the test with its parameters. */
  ITEM_VARIANT: 'variant',
  /** The file that holds the test. */
  ITEM_FS_LOC: 'path',
  /** What was measured: a function, a module, … */
  KIND: 'kind',
  /** The component that the test belongs to. */
  COMPONENT: 'component',
  /** Elapsed time in seconds. */
  TOTAL_TIME: 'wall_time',
  /** Time in user mode, in seconds. */
  USER_TIME: 'user_time',
  /** Time in kernel mode, in seconds. */
  KERNEL_TIME: 'kernel_time',
  /** Used CPU as a ratio: 1 is one CPU all the time. */
  CPU_USAGE: 'cpu_usage',
  /** Used memory in MB. */
  MEM_USAGE: 'memory_usage',
  /** The hash of a session or context. */
  H: 'h',
  /** The reference into the source code management. */
  SCM: 'scm',
  /** When the session started. */
  RUN_DATE: 'run_date',
  /** The tags of a session; in tables, a column for each. */
  TAGS: 'tags',
  /** How many CPUs the machine has. */
  CPU_COUNT: 'cpu_count',
  /** The frequency of the CPUs in MHz. */
  CPU_FREQUENCY_MHZ: 'cpu_freq',
  /** The architecture of the CPUs. */
  CPU_TYPE: 'cpu_type',
  /** The model of the CPUs. */
  CPU_VENDOR: 'cpu_vendor',
  /** The memory of the machine in MB. */
  RAM_TOTAL_MB: 'ram',
  /** The name of the machine. */
  MACHINE_NODE: 'hostname',
  /** The type of the machine. */
  MACHINE_TYPE: 'type',
  /** 32 or 64 bits. */
  MACHINE_ARCH: 'arch',
  /** The kernel of the operating system. */
  SYSTEM_INFO: 'sys',
  /** The Python that ran the tests. */
  PYTHON_INFO: 'py',
} as const;

export type Field = (typeof Field)[keyof typeof Field];

/** The five measured resources. */
export const ResourceType = {
  /** Elapsed time. */
  TOTAL_TIME: 'total_time',
  /** Time in user mode. */
  USER_TIME: 'user_time',
  /** Time in kernel mode. */
  KERNEL_TIME: 'kernel_time',
  /** Used CPU. */
  CPU: 'cpu',
  /** Used memory. */
  MEMORY: 'memory',
} as const;

export type ResourceType = (typeof ResourceType)[keyof typeof ResourceType];

/** From which end a ranking starts. */
export const ResourceMethod = {
  /** Highest values first. */
  TOP: 'top',
  /** Lowest values first. */
  LOWEST: 'lowest',
} as const;

export type ResourceMethod = (typeof ResourceMethod)[keyof typeof ResourceMethod];

/** What a metric was measured of. */
export const MetricScope = {
  /** One test function. */
  FUNCTION: 'function',
  /** A module of tests. */
  MODULE: 'module',
  /** A package of tests. */
  PACKAGE: 'package',
} as const;

export type MetricScope = (typeof MetricScope)[keyof typeof MetricScope];
