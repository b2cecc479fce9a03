import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process; `started` tells it from another one that is given the same pid later. */
type Process = { pid: number; parent: number; started: string };

/** A stat line of Linux; undefined for a process that is gone, or that nobody has waited for yet. */
const parseStat = (pid: number, text: string): Process | undefined => {
  // The name stands in parentheses and may hold anything, blanks and parentheses too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  return state === 'Z' || state === 'X'
    ? undefined
    : { pid, parent: Number(parent), started: fields[19] ?? '' };
};

const readStat = (pid: number): Process | undefined => {
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
};

const isThere = (process: Process | undefined): process is Process => process !== undefined;

const listWithPs = (...selection: string[]): Process[] => {
  let text = '';
  try {
    text = execFileSync('ps', [...selection, '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8' });
  } catch {
    // No process is selected.
  }
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)\s*$/gm)]
    .filter(([, , , state = '']) => !state.startsWith('Z'))
    .map(([, pid, parent, , started = '']) => ({ pid: Number(pid), parent: Number(parent), started }));
};

const list = (): Process[] =>
  process.platform === 'linux'
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((name) => readStat(Number(name)))
        .filter(isThere)
    : listWithPs('-A');

/** What tells this process from any other with the same pid, earlier or later; undefined when it is gone. */
export const startOf = (pid: number): string | undefined =>
  (process.platform === 'linux' ? readStat(pid) : listWithPs('-p', String(pid))[0])?.started;

/** `pid` and everything it started that still lives, parents before their children. */
export const familyOf = (pid: number): number[] => {
  const all = list();
  const family = all.filter((one) => one.pid === pid).map((one) => one.pid);
  for (const parent of family) {
    family.push(...all.filter((one) => one.parent === parent).map((one) => one.pid));
  }
  return family;
};

/** Sends a signal; whoever is gone already has had his. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // Gone.
  }
};

/**
 * Stops `pid` and all below it where they stand, and gives them all. The parent comes first, so that it starts
 * nothing behind our back.
 */
export const freeze = (pid: number): number[] => {
  signal(pid, 'SIGSTOP');
  const family = familyOf(pid);
  for (const member of family) signal(member, 'SIGSTOP');
  return family;
};

/** Lets `pid` and all below it go on. */
export const thaw = (pid: number): void => {
  for (const member of familyOf(pid).toReversed()) signal(member, 'SIGCONT');
};

/** SIGKILL for `pid` and all below it; resolves once none of them is left. */
export const killFamily = async (pid: number): Promise<void> => {
  const family = freeze(pid);
  for (const member of family) signal(member, 'SIGKILL');
  while (family.some((member) => startOf(member) !== undefined)) await sleep(5);
};
