import { readdirSync, readFileSync } from 'node:fs';

/** The processes that now exist, by their parent. Linux only. */
const childrenByParent = (): Map<number, number[]> => {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = read(`/proc/${pid}/stat`);
    // A command may hold blanks and parentheses; what follows the last one is state and parent.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === 'Z') continue;
    const siblings = children.get(Number(parent));
    if (siblings) siblings.push(pid);
    else children.set(Number(parent), [pid]);
  }
  return children;
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The direct children of a process, without those that are dead and not yet waited for. */
export const children = (pid: number): number[] => childrenByParent().get(pid) ?? [];

/** A process and all below it, the root first. */
export const tree = (root: number): number[] => {
  const all = childrenByParent();
  const found = [root];
  for (const pid of found) found.push(...(all.get(pid) ?? []));
  return found;
};

export const isAlive = (pid: number): boolean => {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
};

/** Proportional set size of a process and all below it, in MB: shared pages count once in the sum. */
export const memory = (root: number): number =>
  tree(root)
    .map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
    .reduce((sum, kilobytes) => sum + kilobytes / 1024, 0);

/** A hundred on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** Seconds of processor time that a process has had, and those of its children that ended and were waited for. */
export const processorTime = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
};

export interface MemorySample {
  /** Since the watch began. */
  seconds: number;
  megabytes: number;
}

/** Samples the memory of a process tree every second, or so often, until `stop()`, which gives the samples. */
export const watchMemory = (root: number, everyMs = 1000): { stop: () => MemorySample[] } => {
  const samples: MemorySample[] = [];
  const begin = performance.now();
  const sample = (): void => {
    samples.push({ seconds: (performance.now() - begin) / 1000, megabytes: memory(root) });
  };
  const timer = setInterval(sample, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return samples;
    },
  };
};
