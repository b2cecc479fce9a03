import { readFileSync } from 'node:fs';
import { chown } from 'node:fs/promises';

export type Account = { uid: number; gid: number };

/**
 * PostgreSQL and PgBouncer refuse to run as root: `nobody`, the account they get where these tests do. (The
 * account `postgres` may come into being during a run, when a package is installed.) Empty where the tests run
 * under an account that will do.
 */
export const unprivileged = (): Partial<Account> => {
  if (process.getuid?.() !== 0) return {};
  const [, uid = 65_534, gid = 65_534] =
    /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
};

/** Makes `path` belong to that account. */
export const own = async (path: string, { uid, gid }: Partial<Account>): Promise<void> => {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
};
