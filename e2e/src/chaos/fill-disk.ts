import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder, releaseAtExit } from '@monitor-server/bench/release';
import type { Options } from '../options.ts';
import { within } from '../patience.ts';
import { spoolFiles } from '../pipeline/settlement.ts';
import type { Traffic } from '../traffic.ts';
import { chaos, type Scene } from './chaos.ts';
import { isKilled, isUnavailable, isUnavailableIfDirect } from './excuses.ts';

/** A disk of a few megabytes that can grow. */
interface Disk {
  path: string;
  resize: (megabytes: number) => void;
  close: () => void;
}

const small = 4;
const large = 256;
const fillLimit = 120_000;
const drainLimit = 60_000;

const openDisk = (megabytes: number): Disk => {
  const folder = openFolder();
  const run = (command: string, ...args: string[]): void => {
    execFileSync(command, [...args, folder.path], { stdio: 'pipe' });
  };
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'monitor-server-e2e');
  } catch (error) {
    folder.close();
    throw error;
  }
  const unmount = releaseAtExit(() => run('umount', '--lazy'));
  return {
    path: folder.path,
    resize: (to) => run('mount', '-o', `remount,size=${to}m`),
    close: () => {
      unmount();
      folder.close();
    },
  };
};

const refusals = ({ failures }: Traffic): number => failures.filter(({ outcome }) => outcome === 503).length;

/** Waits until so many more posts are answered as they should be now. */
const reach = async (what: string, limit: number, figure: () => number): Promise<void> => {
  const goal = figure() + 50;
  if (!(await within(limit, () => figure() >= goal))) throw new Error(`no ${what} within ${limit / 1000} s`);
};

/** Fills the disk while the sink is away; every third time ingest dies on the full disk too. */
const disruptOn =
  (disk: Disk) =>
  async ({ pipeline: { sink, ingests }, traffic, ledger, round }: Scene): Promise<string> => {
    await sink.stop();
    await reach('503 from a full disk', fillLimit, () => refusals(traffic));
    await sleep(1000 * Math.random());
    const isKilling = round % 3 === 2;
    if (isKilling) {
      await ingests[0]?.kill();
      await ingests[0]?.start();
      await reach('503 after a restart on a full disk', drainLimit, () => refusals(traffic));
    }
    disk.resize(large);
    await reach('201 after room was made', drainLimit, () => ledger.acknowledged.size);
    return `filled the disk${isKilling ? ', killed ingest' : ''}, made room`;
  };

/** Makes the disk small again; not possible while more than that lies on it. */
const isSmall = (disk: Disk): boolean => {
  try {
    disk.resize(small);
    return true;
  } catch {
    return false;
  }
};

const recoverOn =
  (disk: Disk) =>
  async ({ pipeline: { sink, spool } }: Scene): Promise<void> => {
    await sink.start();
    if (!(await within(drainLimit, () => spoolFiles(spool) === 0)))
      throw new Error('the spool is not drained within a minute after its sink came back');
    // A file that was drained gives its room back some time after it was found empty.
    if (!(await within(drainLimit, () => isSmall(disk))))
      throw new Error('the drained spool still fills the disk after a minute');
  };

/** The spool's disk fills up while nothing else takes posts: they are refused, and what was accepted is kept. */
export const fillDisk = async (options: Options): Promise<boolean> => {
  let disk: Disk;
  try {
    disk = openDisk(small);
  } catch (error) {
    console.log(`\nfull disk: skipped, a small disk cannot be mounted: ${(error as Error).message}`);
    return true;
  }
  const isClean = await chaos(
    {
      name: "the spool's disk full",
      kinds: ['redis', 'direct'],
      pipeline: { spool: disk.path },
      disrupt: disruptOn(disk),
      recover: recoverOn(disk),
      excusesPost: (outcome) => isUnavailable(outcome) || isKilled(outcome),
      excusesRead: isUnavailableIfDirect,
      grace: 5_000,
    },
    options,
  );
  disk.close();
  return isClean;
};
