import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessToken, AccessTokens } from '@monitor-server/store';
import type { Logger } from 'pino';
import type { TokenCopy } from './copy.ts';
import type { Keyring } from './keyring.ts';

export interface WatchOptions {
  keyring: Keyring;
  tokens: AccessTokens;
  /** Where the tokens are kept for a start without the database. */
  copy?: TokenCopy | undefined;
  logger: Logger;
  /** How often the database is asked, in milliseconds; after so long a token that was made or revoked is one everywhere. */
  refreshMs?: number;
}

const REFRESH_MS = 5_000;

/** How often the uses of tokens are noted. */
const NOTE_MS = 60_000;

/** How long a start waits for the database before it makes do with the copy. */
const START_PATIENCE_MS = 1_000;

/**
 * Keeps a keyring up to date from the database, and the database with when tokens were used, until it is closed.
 * Resolves when the keyring is told of the tokens, or neither the database nor a copy could tell it of any. While the
 * database is away, what is known stays valid.
 */
export async function watchTokens({ keyring, tokens, copy, logger, refreshMs = REFRESH_MS }: WatchOptions) {
  const closing = new AbortController();
  /** Undefined until the database was asked. */
  let isThere: boolean | undefined;
  let isCopied = true;
  let notedAt = Date.now();
  let pending = new Map<string, number>();

  async function keepCopy(list: readonly AccessToken[]): Promise<void> {
    try {
      await copy?.write(list);
      isCopied = true;
    } catch (err) {
      if (isCopied) {
        logger.warn({ err }, 'the access tokens cannot be copied; a start without the database needs that');
      }
      isCopied = false;
    }
  }

  async function refresh(): Promise<void> {
    try {
      const list = await tokens.list();
      keyring.replace(list);
      if (isThere === false) logger.info('the access tokens can be read again');
      isThere = true;
      await keepCopy(list);
    } catch (err) {
      if (isThere !== false) {
        logger.warn({ err }, 'the access tokens cannot be read; those that are known stay valid');
      }
      isThere = false;
    }
  }

  async function noteUses(): Promise<void> {
    pending = new Map([...pending, ...keyring.takeUses()]);
    if (pending.size === 0 || isThere !== true) return;
    const noted = pending;
    if (!(await tokens.noteUses(noted))) return;
    pending = new Map();
    notedAt = Date.now();
  }

  async function readCopy(): Promise<void> {
    try {
      const list = await copy?.read();
      if (list === undefined) return;
      keyring.replace(list);
      logger.warn('the access tokens are those of the last start, until the database can be read');
    } catch (err) {
      logger.warn({ err }, 'the copy of the access tokens cannot be read');
    }
  }

  async function run(first: Promise<void>): Promise<void> {
    await first;
    while (!closing.signal.aborted) {
      await sleep(refreshMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      if (closing.signal.aborted) return;
      await refresh();
      if (Date.now() - notedAt >= NOTE_MS) await noteUses();
    }
  }

  const first = refresh();
  await Promise.race([first, sleep(START_PATIENCE_MS, undefined, { ref: false })]);
  if (!keyring.isKnown) await readCopy();
  const running = run(first);

  return {
    /** Notes what was used since, and stops. */
    async close(): Promise<void> {
      closing.abort();
      await noteUses();
      await tokens.close();
      await running;
    },
  };
}
