import { createPost, type Post, type Stored } from './records.ts';

export interface Balance {
  stored: number;
  /** Answered with 201 and not there. */
  lost: number;
  /** There more than once. */
  doubled: number;
  /** There, but not as it was sent. */
  altered: number;
}

/** Numbers every record that is sent, remembers which were acknowledged, and compares with what is stored. */
export interface Ledger {
  next: () => Post;
  acknowledge: (serial: number) => void;
  sent: () => number;
  acknowledged: ReadonlySet<number>;
  compare: (stored: AsyncIterable<Stored[]>) => Promise<Balance>;
}

export const createLedger = (): Ledger => {
  let sent = 0;
  const acknowledged = new Set<number>();
  return {
    next: () => createPost(++sent),
    acknowledge: (serial) => acknowledged.add(serial),
    sent: () => sent,
    acknowledged,
    compare: async (stored) => {
      const balance: Balance = { stored: 0, lost: 0, doubled: 0, altered: 0 };
      const seen = new Set<number>();
      for await (const page of stored) {
        for (const { serial, isAsSent } of page) {
          balance.stored++;
          if (seen.has(serial)) balance.doubled++;
          if (!isAsSent) balance.altered++;
          seen.add(serial);
        }
      }
      for (const serial of acknowledged) if (!seen.has(serial)) balance.lost++;
      return balance;
    },
  };
};
