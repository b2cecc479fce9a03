import type { Context } from '../entities/context.ts';

/**
 * Machines that should take the same time for the same work, as far as can be told from what pytest-monitor records.
 * The current frequency is not part of it, for it changes all the time, and the name of a machine says nothing.
 */
export interface MachineClass {
  /** The architecture of the CPUs. */
  readonly cpuType: string;
  /** The model of the CPUs. */
  readonly cpuVendor: string;
  readonly cpuCount: number;
  /** The memory in MB of the smallest and the largest machine. */
  readonly ram: { readonly min: number; readonly max: number };
}

/** The classes of machines, and to which of them each context belongs. */
export interface MachineClasses {
  readonly classes: readonly MachineClass[];
  /** The number of a context's class, -1 where the context is not known. */
  classOf(contextH: string): number;
}

/** The class in a few words. */
export function describeMachine({ cpuType, cpuVendor, cpuCount, ram }: MachineClass): string {
  const model = [cpuVendor, cpuType].filter((text) => text !== '').join(' ') || 'unknown CPU';
  const memory = ram.min === ram.max ? `${ram.min}` : `${ram.min} to ${ram.max}`;
  return `${model}, ${cpuCount} ${cpuCount === 1 ? 'CPU' : 'CPUs'}, ${memory} MB`;
}

/**
 * Sorts contexts, those of `hashes` that are known, by the CPU's model, the number of CPUs and the memory. Memories count
 * as the same that exceed the smallest of their class by at most `tolerance`, as a share of it: kernels keep a little more
 * or less for themselves.
 */
export function classifyMachines(
  contexts: ReadonlyMap<string, Context>,
  hashes: readonly string[],
  tolerance: number,
): MachineClasses {
  const known = hashes
    .flatMap((h) => {
      const context = contexts.get(h);
      return context === undefined ? [] : [{ h, context }];
    })
    .sort((one, other) => one.context.totalRam - other.context.totalRam);
  const classes: MachineClass[] = [];
  const numbers = new Map<string, number>();
  const latest = new Map<string, number>();
  for (const { h, context } of known) {
    const { cpuType, cpuVendor, cpuCount, totalRam } = context;
    const processors = JSON.stringify([cpuType, cpuVendor, cpuCount]);
    let number = latest.get(processors) ?? -1;
    const open = classes[number];
    if (open !== undefined && totalRam <= open.ram.min * (1 + tolerance)) {
      classes[number] = { ...open, ram: { min: open.ram.min, max: totalRam } };
    } else {
      number = classes.push({ cpuType, cpuVendor, cpuCount, ram: { min: totalRam, max: totalRam } }) - 1;
      latest.set(processors, number);
    }
    numbers.set(h, number);
  }
  return { classes, classOf: (contextH) => numbers.get(contextH) ?? -1 };
}
