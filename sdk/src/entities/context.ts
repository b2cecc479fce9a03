import { Field } from '../enums.ts';
import type { ContextRecord } from '../records.ts';
import { selectFields, type Selection } from './selection.ts';

/** What an execution context can be made of; texts are empty and numbers 0 where they are left out. */
export interface ContextInit {
  h?: string;
  cpuCount?: number;
  cpuFreq?: number;
  cpuType?: string;
  cpuVendor?: string;
  ramTotal?: number;
  macNode?: string;
  macType?: string;
  macArch?: string;
  sysInfo?: string;
  pyInfo?: string;
}

/** The fields of an execution context in the order in which they are exported. */
export const CONTEXT_FIELDS = [
  Field.H,
  Field.CPU_COUNT,
  Field.CPU_FREQUENCY_MHZ,
  Field.CPU_TYPE,
  Field.CPU_VENDOR,
  Field.RAM_TOTAL_MB,
  Field.MACHINE_NODE,
  Field.MACHINE_TYPE,
  Field.MACHINE_ARCH,
  Field.SYSTEM_INFO,
  Field.PYTHON_INFO,
] as const;

export type ContextField = (typeof CONTEXT_FIELDS)[number];

/** The name of each field in records. */
export const CONTEXT_KEYS: Readonly<Record<ContextField, keyof ContextRecord>> = {
  h: 'h',
  cpu_count: 'cpu_count',
  cpu_freq: 'cpu_frequency',
  cpu_type: 'cpu_type',
  cpu_vendor: 'cpu_vendor',
  ram: 'ram_total',
  hostname: 'machine_node',
  type: 'machine_type',
  arch: 'machine_arch',
  sys: 'system_info',
  py: 'python_info',
};

/** The machine, operating system and Python that tests ran on. */
export class Context {
  /** The hash that identifies the context: contexts with the same hash have the same values. */
  readonly h: string;
  /** How many CPUs the machine has. */
  readonly cpuCount: number;
  /** The frequency of the CPUs in MHz; 0 where it could not be read. */
  readonly cpuFreq: number;
  /** The architecture of the CPUs. */
  readonly cpuType: string;
  /** The model of the CPUs, as their vendor names it. */
  readonly cpuVendor: string;
  /** The memory of the machine in MB. */
  readonly totalRam: number;
  /** The fully qualified name of the machine. */
  readonly machineNode: string;
  /** The type of the machine, such as `x86_64`. */
  readonly machineType: string;
  /** 32 or 64 bits. */
  readonly machineArch: string;
  /** The kernel of the operating system. */
  readonly sysInfo: string;
  /** The Python that ran the tests. */
  readonly pythonInfo: string;

  constructor(init: ContextInit = {}) {
    this.h = init.h ?? '';
    this.cpuCount = init.cpuCount ?? 0;
    this.cpuFreq = init.cpuFreq ?? 0;
    this.cpuType = init.cpuType ?? '';
    this.cpuVendor = init.cpuVendor ?? '';
    this.totalRam = init.ramTotal ?? 0;
    this.machineNode = init.macNode ?? '';
    this.machineType = init.macType ?? '';
    this.machineArch = init.macArch ?? '';
    this.sysInfo = init.sysInfo ?? '';
    this.pythonInfo = init.pyInfo ?? '';
  }

  /** The context under the names of `Field`, in their order. */
  toDict(selection: Selection = {}): Record<string, string | number> {
    const record = this.toRecord();
    return Object.fromEntries(
      selectFields(CONTEXT_FIELDS, selection).map((field) => [field, record[CONTEXT_KEYS[field]]]),
    );
  }

  /** The context under the names that servers use. */
  toRecord(): ContextRecord {
    return {
      h: this.h,
      cpu_count: this.cpuCount,
      cpu_frequency: this.cpuFreq,
      cpu_type: this.cpuType,
      cpu_vendor: this.cpuVendor,
      ram_total: this.totalRam,
      machine_node: this.machineNode,
      machine_type: this.machineType,
      machine_arch: this.machineArch,
      system_info: this.sysInfo,
      python_info: this.pythonInfo,
    };
  }

  toJSON(): Record<string, string | number> {
    return this.toDict();
  }
}

/** The context that a record describes. */
export function contextOf(record: ContextRecord): Context {
  return new Context({
    h: record.h,
    cpuCount: record.cpu_count,
    cpuFreq: record.cpu_frequency,
    cpuType: record.cpu_type,
    cpuVendor: record.cpu_vendor,
    ramTotal: record.ram_total,
    macNode: record.machine_node,
    macType: record.machine_type,
    macArch: record.machine_arch,
    sysInfo: record.system_info,
    pyInfo: record.python_info,
  });
}
