/** What waits to be stored. */
export interface Backlog {
  readonly records: number;
}

export interface PaceOptions {
  /** Where records wait. What cannot be asked now counts as it did last. */
  backlogs: readonly (() => Promise<Backlog>)[];
  /** Up to so many records, all of them together, posts are answered at once. */
  limit: number;
}

/** Holds answers back while more is accepted than is stored. */
export interface Pace {
  /**
   * Resolves when something that is durable already may be answered: at once as long as little waits, and after 10 s
   * at most. Imports are held long before posts are.
   */
  hold(what: 'post' | 'import'): Promise<void>;
  /** Ends all holds, those under way too. */
  close(): void;
}

/** Clients, proxies and the server's own timeout give up after 60 s, and a client that gives up posts never again. */
const LONGEST_MS = 10_000;

const POLL_MS = 200;

/**
 * How long to hold an answer. It grows by the same factor with every record, from 1 ms at `from` to 10 s at twice as
 * many: N clients that wait for their answers post N/hold a second, so whatever N is, a record more or less changes
 * the pace by the same share, and the backlog settles where as much is accepted as is stored.
 */
function holdMs(records: number, from: number): number {
  return records <= from ? 0 : LONGEST_MS ** Math.min(1, (records - from) / from);
}

/** Asks for the backlogs a few times a second. */
export function openPace({ backlogs, limit }: PaceOptions): Pace {
  const known = backlogs.map(() => 0);
  const polls = new Map<number, NodeJS.Timeout>();
  const held = new Map<NodeJS.Timeout, () => void>();
  let closed = false;

  // Each for itself: one that hangs must not hide the others.
  async function poll(at: number, backlog: () => Promise<Backlog>): Promise<void> {
    try {
      known[at] = (await backlog()).records;
    } catch {
      // What was there is likely to be there still.
    }
    if (!closed)
      polls.set(
        at,
        setTimeout(() => void poll(at, backlog), POLL_MS),
      );
  }
  for (const [at, backlog] of backlogs.entries()) void poll(at, backlog);

  return {
    hold(what) {
      const records = known.reduce((sum, each) => sum + each, 0);
      const ms = closed ? 0 : holdMs(records, what === 'import' ? limit / 2 : limit);
      if (ms === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          held.delete(timer);
          resolve();
        }, ms);
        held.set(timer, resolve);
      });
    },
    close() {
      closed = true;
      for (const timer of polls.values()) clearTimeout(timer);
      for (const [timer, resolve] of held) {
        clearTimeout(timer);
        resolve();
      }
      held.clear();
    },
  };
}
