import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaUsage } from '../store.ts';
import { databaseCode } from './faults.ts';
import { createLagGauge } from './lag.ts';
import type { StoreLog } from './primary.ts';
import { openReplica, type Replica, type ReplicaOptions } from './replica.ts';

export interface ReplicasOptions extends ReplicaOptions {
  uris: readonly string[];
  maxLagMs: number;
  /** How far the primary's write-ahead log is on its disk; rejects while there is no primary. */
  askPrimary: () => Promise<number>;
  /** Called when a server is lost: what only it had may be gone. */
  onLoss: () => void;
  log: StoreLog | undefined;
}

/**
 * - `new`: was not asked yet.
 * - `away`: cannot be reached, is behind, or is no replica.
 * - `joining`: will be read from as soon as it has what the primary had when it came back.
 * - `ready`: is read from.
 */
type Standing = 'new' | 'away' | 'joining' | 'ready';

/** A replica, and what is known of it. */
export interface Member {
  readonly replica: Replica;
  standing: Standing;
  /** How far it has replayed the log, at the least; 0 where it cannot be reached. */
  position: number;
  /** Which position it has to reach to be ready. */
  target: number;
}

export interface Replicas {
  readonly members: readonly Member[];
  /** The least busy one that is ready and has come so far; of several, one after the other. */
  pick(position: number, except: ReadonlySet<Member>): Member | undefined;
  /** From now on a replica joins only once it has come so far. */
  raiseFloor(position: number): void;
  /** Notes that a read failed because of the server. */
  lose(member: Member, error: Error): void;
  /** What is known of each. */
  usage(): ReplicaUsage[];
  close(): Promise<void>;
}

const CHECK_MS = 1_000;
const JOINING_CHECK_MS = 50;

/** Opens the ways to replicas and watches them; they are read from once they were found to be healthy. */
export function openReplicas({
  uris,
  maxLagMs,
  askPrimary,
  onLoss,
  log,
  ...options
}: ReplicasOptions): Replicas {
  const members = uris.map((uri): Member => {
    return { replica: openReplica(uri, options), standing: 'new', position: 0, target: 0 };
  });
  const gauge = createLagGauge(maxLagMs);
  const closing = new AbortController();
  let floor = 0;
  let isPrimaryAway = false;
  let turn = 0;

  function leave(member: Member, why: string): void {
    const { replica, standing } = member;
    if (standing === 'ready' || standing === 'new') {
      log?.warn(`PostgreSQL at ${replica.name}, a replica, is not read from: ${why}`);
    }
    member.standing = 'away';
  }

  function join(member: Member): void {
    if (member.standing !== 'joining') member.target = Math.max(floor, gauge.newest);
    member.standing = 'joining';
    // Without a primary there is nothing better.
    if (member.position < member.target && !isPrimaryAway) return;
    member.standing = 'ready';
    log?.info(`PostgreSQL at ${member.replica.name}, a replica, is read from`);
  }

  function lose(member: Member, error: Error): void {
    leave(member, error.message);
    if (member.position > 0) onLoss();
    member.position = 0;
  }

  async function check(member: Member): Promise<void> {
    try {
      const { isReplica, position } = await member.replica.ask();
      const lag = gauge.lagOf(position);
      member.position = position;
      if (!isReplica) leave(member, 'it is none');
      else if (lag > maxLagMs) leave(member, `it is ${Math.round(lag / 1000)} s behind`);
      else if (member.standing !== 'ready') join(member);
    } catch (error) {
      lose(member, error as Error);
      // One that answers, if only to refuse, also answers those who wait.
      const { cause } = error as Error;
      if (databaseCode(cause) === undefined) member.replica.drop();
    }
  }

  /** Another primary took over without the last of the log: nobody will ever have what was promised of that. */
  function turnBack(position: number): void {
    floor = Math.min(floor, position);
    for (const member of members) member.target = Math.min(member.target, position);
    onLoss();
  }

  /** Those that were read from for want of anything better must now reach what was promised. */
  function readmit(): void {
    for (const member of members) {
      if (member.standing === 'ready' && member.position < member.target) member.standing = 'joining';
    }
  }

  async function samplePrimary(): Promise<void> {
    try {
      const position = await askPrimary();
      if (position < gauge.newest) turnBack(position);
      gauge.note(performance.now(), position);
      if (isPrimaryAway) readmit();
      isPrimaryAway = false;
    } catch {
      if (!isPrimaryAway) onLoss();
      isPrimaryAway = true;
    }
  }

  async function repeat(work: () => Promise<void>, pauseMs: () => number): Promise<void> {
    const { signal } = closing;
    while (!signal.aborted) {
      await sleep(pauseMs(), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await work();
    }
  }

  async function watchMember(member: Member): Promise<void> {
    await check(member);
    await repeat(
      () => check(member),
      () => (member.standing === 'joining' ? JOINING_CHECK_MS : CHECK_MS),
    );
  }

  async function watchAll(): Promise<void> {
    // Whether a replica is behind is known only once the primary was asked.
    await samplePrimary();
    await Promise.all([repeat(samplePrimary, () => CHECK_MS), ...members.map(watchMember)]);
  }

  const watching = members.length === 0 ? undefined : watchAll();

  return {
    members,
    pick(position, except) {
      const fit = members.filter(
        (member) => member.standing === 'ready' && member.position >= position && !except.has(member),
      );
      const leastLoad = Math.min(...fit.map(({ replica }) => replica.load));
      const idlest = fit.filter(({ replica }) => replica.load === leastLoad);
      return idlest[turn++ % idlest.length];
    },
    raiseFloor(position) {
      floor = Math.max(floor, position);
    },
    lose,
    usage: () =>
      members.map(({ replica: { name }, standing, position }) => ({
        name,
        isReady: standing === 'ready',
        lagMs: position === 0 ? undefined : gauge.lagOf(position),
      })),
    async close() {
      closing.abort();
      await watching;
      await Promise.all(members.map(({ replica }) => replica.close()));
    },
  };
}
