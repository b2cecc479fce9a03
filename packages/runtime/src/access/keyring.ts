import { timingSafeEqual } from 'node:crypto';
import type { AccessToken } from '@monitor-server/store';
import { digestOf, isSecret } from './secret.ts';

/** A token as far as it matters to whoever checks it. */
export type Token = Pick<AccessToken, 'name' | 'digest' | 'scopes' | 'expiresAt' | 'revokedAt'>;

/** Whose secret it is, or why it is good for nothing. */
export type Finding = Token | 'unknown' | 'expired' | 'revoked';

/** The tokens that a process knows. */
export interface Keyring {
  /** Whether it was ever told of any; until then nobody can be refused for a wrong one. */
  readonly isKnown: boolean;
  find(secret: string): Finding;
  replace(tokens: readonly Token[]): void;
  /** When which of them were found, by their digests, since this was called last. */
  takeUses(): Map<string, number>;
}

interface Entry {
  token: Token;
  digest: Buffer;
}

/** Digits of a digest by which its entry is looked up. They say nothing of the secret. */
const INDEX_DIGITS = 16;

/** Makes a keyring that knows no token yet. `now` is the clock, in milliseconds. */
export function createKeyring(now: () => number = Date.now): Keyring {
  let entries: ReadonlyMap<string, Entry> | undefined;
  let uses = new Map<string, number>();

  return {
    get isKnown() {
      return entries !== undefined;
    },

    find(secret) {
      if (!isSecret(secret)) return 'unknown';
      const digest = digestOf(secret);
      const entry = entries?.get(digest.toString('hex', 0, INDEX_DIGITS / 2));
      if (entry === undefined || !timingSafeEqual(entry.digest, digest)) return 'unknown';
      const { token } = entry;
      const time = now();
      if (token.revokedAt !== undefined) return 'revoked';
      if (token.expiresAt !== undefined && token.expiresAt <= time) return 'expired';
      uses.set(token.digest, time);
      return token;
    },

    replace(tokens) {
      entries = new Map(
        tokens.map((token) => [
          token.digest.slice(0, INDEX_DIGITS),
          { token, digest: Buffer.from(token.digest, 'hex') },
        ]),
      );
    },

    takeUses() {
      const taken = uses;
      uses = new Map();
      return taken;
    },
  };
}
