import { claimPlace } from './claim.ts';
import type { Command } from './command.ts';
import { replace } from './record.ts';

/**
 * Becomes the server: same process, same pid, same standard streams, so that signals and exit codes need no
 * forwarding and a service manager or container sees the server itself. Does not return when it succeeds.
 */
export const foreground = async (command: Command): Promise<number> => {
  const { path, record, args } = await claimPlace(command);
  replace(path, { ...record, phase: 'running' });
  const env = Object.fromEntries(
    Object.entries(command.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  if (!process.execve) throw new Error('this platform cannot replace a process; leave -F out');
  return process.execve(process.execPath, [process.execPath, ...args], env);
};
