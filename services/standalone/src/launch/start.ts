import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describeSettings, exposure } from '@monitor-server/runtime/config';
import { describeUrl, remoteUrl } from './address.ts';
import { answers } from './answer.ts';
import { claimPlace, unwritable, type Claimed } from './claim.ts';
import type { Command } from './command.ts';
import { lastLines, readLog } from './log.ts';
import { signalGroup } from './process.ts';
import { logPath, recordOf, release, replace, type Instance } from './record.ts';

const grace = 5_000;
const interval = 50;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Running {
  readonly child: ChildProcess;
  readonly record: Instance;
  readonly log: string;
  /** Where this run begins in the log. */
  readonly offset: number;
}

const spawned = async ({ config, path, record, args }: Claimed, command: Command): Promise<Running> => {
  const log = logPath(config);
  const file = (() => {
    try {
      return openSync(log, 'a');
    } catch (error) {
      throw unwritable(config, log, error);
    }
  })();
  try {
    const offset = fstatSync(file).size;
    const child = spawn(process.execPath, args, {
      cwd: command.cwd,
      env: command.env,
      detached: true,
      stdio: ['ignore', file, file],
    });
    await once(child, 'spawn');
    const own = recordOf(child.pid ?? 0, 'running', record.url);
    replace(path, own);
    return { child, record: own, log, offset };
  } finally {
    closeSync(file);
  }
};

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const end = async (child: ChildProcess): Promise<void> => {
  const leader = child.pid;
  if (leader === undefined) return;
  signalGroup(leader, 'SIGTERM');
  const deadline = Date.now() + grace;
  while (!isOver(child) && Date.now() < deadline) await pause(interval);
  signalGroup(leader, 'SIGKILL');
};

/** Why the server is not up, or `undefined` once it is. */
const awaited = async (
  { child, record, log, offset }: Running,
  patience: number,
  interrupted: () => NodeJS.Signals | undefined,
): Promise<string | undefined> => {
  const deadline = Date.now() + patience;
  let answered: number | undefined;
  while (Date.now() < deadline) {
    if (isOver(child))
      return `the server ended (${child.signalCode ?? `code ${child.exitCode}`}) before it answered`;
    const signal = interrupted();
    if (signal) return `interrupted by ${signal}`;
    const answer = await answers(record.url);
    const text = readLog(log, offset);
    if (text.includes('Waiting for file changes before restarting')) return 'the server failed to start';
    if (answer) {
      answered ??= Date.now();
      // The answer may be another server's that took the port just now. Ours says when it has it; time tells
      // as well, because without the port it ends.
      if (/\bready\b/.test(text) || Date.now() - answered > 1_500) return undefined;
    }
    await pause(interval);
  }
  return `the server did not answer within ${patience / 1_000} s`;
};

const report = ({ config, path }: Claimed, { record, log }: Running, { say }: Command): void => {
  const remote = remoteUrl(config);
  say(`monitor-server is running, pid ${record.pid}`);
  for (const line of describeUrl(record.url)) say(`  ${line}`);
  if (remote) say(`  elsewhere     ${remote}/`);
  say('configuration');
  for (const line of describeSettings(config)) say(`  ${line}`);
  const warning = exposure(config);
  if (warning !== undefined) say(`warning: ${warning}`);
  say('files');
  say(`  log  ${log}`);
  say(`  pid  ${path}`);
};

const complainAbout = (reason: string, { child, log, offset }: Running, { complain }: Command): number => {
  const lines = lastLines(readLog(log, offset), 20);
  const [last] = lines.slice(-1);
  // The server's own line about its configuration says all there is to say.
  if (child.exitCode === 2 && last !== undefined) {
    complain(last);
    return 2;
  }
  complain(`monitor-server: ${reason}; the end of ${log}:`);
  for (const line of lines) complain(`  ${line}`);
  return 1;
};

/**
 * Starts the server in the background and waits until it answers. 0: it does. 1: it does not, and nothing of it
 * is left running. 2: its configuration is to blame.
 */
export const start = async (command: Command): Promise<number> => {
  let signal: NodeJS.Signals | undefined;
  const note = (received: NodeJS.Signals) => {
    signal = received;
  };
  for (const name of signals) process.on(name, note);
  const claimed = await claimPlace(command);
  let running: Running | undefined;
  try {
    running = await spawned(claimed, command);
    const reason = await awaited(running, command.patience, () => signal);
    if (reason === undefined) {
      report(claimed, running, command);
      running.child.unref();
      return 0;
    }
    await end(running.child);
    release(claimed.path, running.record);
    return complainAbout(reason, running, command);
  } catch (error) {
    if (running) await end(running.child);
    release(claimed.path, running?.record ?? claimed.record);
    throw error;
  } finally {
    for (const name of signals) process.off(name, note);
  }
};
