import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Found {
  readonly birth: string;
  /** Ended, but not yet collected by its parent. */
  readonly isOver: boolean;
}

const fromProc = (pid: number): Found | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before the last bracket may hold blanks and brackets. Field 3 is the state, 20 the number of
    // threads, 22 the start time; the first thread may be over while others still hold files and ports.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return {
      birth: `${boot}/${fields[19]}`,
      isOver: /^[ZX]/.test(fields[0] ?? '') && Number(fields[17]) <= 1,
    };
  } catch {
    return undefined;
  }
};

const fromPs = (pid: number): Found | undefined => {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' },
  });
  if (status !== 0) return undefined;
  const [state = '', ...birth] = stdout.trim().split(/\s+/);
  return { birth: birth.join(' '), isOver: state.startsWith('Z') };
};

const hasProc = fromProc(process.pid) !== undefined;

/**
 * When a process began, in a form that no other process with the same number shares; `undefined` when there is
 * no such process, or only what a parent has not yet collected of it.
 */
export const birth = (pid: number): string | undefined => {
  const found = hasProc ? fromProc(pid) : fromPs(pid);
  return found?.isOver ? undefined : found?.birth;
};

/** Sends a signal to a whole process group, which may be gone. */
export const signalGroup = (leader: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-leader, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
};
