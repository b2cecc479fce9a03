import type { Scope } from '@monitor-server/contract';

/** A token as the store keeps it: its secret is kept nowhere. Times are in milliseconds since 1970. */
export interface AccessToken {
  /** Unique, and not given again. */
  readonly name: string;
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly digest: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  /** From when on it is good for nothing. */
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  /** To within some minutes. */
  readonly lastUsedAt?: number;
}

export type NewAccessToken = Pick<AccessToken, 'name' | 'digest' | 'scopes' | 'createdAt' | 'expiresAt'>;

/** When tokens were used last, by their digests. */
export type Uses = ReadonlyMap<string, number>;

/** The tokens of those who may use the server. All calls reject with a StoreError where the database is away. */
export interface AccessTokens {
  /** All there ever were, by name. */
  list(): Promise<AccessToken[]>;
  /** Resolves with false, and changes nothing, where a token of that name is there or was. */
  create(token: NewAccessToken): Promise<boolean>;
  /** Resolves with false where there is no such token. One that is revoked stays so, since the first time. */
  revoke(name: string, at: number): Promise<boolean>;
  /** Sets when a token expires. Resolves with false where there is no such token. */
  expire(name: string, at: number): Promise<boolean>;
  /**
   * Notes when tokens were used; the latest time stays. Never waits for others who write. Resolves with false where it
   * could not be done now, or may not be done by this user of the database.
   */
  noteUses(uses: Uses): Promise<boolean>;
  close(): Promise<void>;
}

/** A token with the nulls of a database. */
export interface AccessTokenRow extends Omit<AccessToken, 'expiresAt' | 'revokedAt' | 'lastUsedAt'> {
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

export function accessTokenOf({ expiresAt, revokedAt, lastUsedAt, ...rest }: AccessTokenRow): AccessToken {
  return {
    ...rest,
    ...(expiresAt !== null && { expiresAt }),
    ...(revokedAt !== null && { revokedAt }),
    ...(lastUsedAt !== null && { lastUsedAt }),
  };
}
