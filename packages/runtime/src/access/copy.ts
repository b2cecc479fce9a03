import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { scopes } from '@monitor-server/contract';
import { z } from 'zod';
import type { Token } from './keyring.ts';

const tokens = z.array(
  z.object({
    name: z.string(),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    scopes: z.array(z.enum(scopes)),
    expiresAt: z.number().optional(),
    revokedAt: z.number().optional(),
  }),
);

/** Tokens in a file, for a start while the database is away. */
export interface TokenCopy {
  /** The tokens, or undefined where there is no such file. Rejects where it is damaged. */
  read(): Promise<Token[] | undefined>;
  /** Replaces the file, where it would change. Only this user can read it, though it holds digests alone. */
  write(given: readonly Token[]): Promise<void>;
}

export function createTokenCopy(path: string): TokenCopy {
  let written: string | undefined;

  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      // Those that do not expire have no such key, which is not the same to TypeScript as one that is undefined.
      return tokens.parse(JSON.parse(text)) as Token[];
    },

    async write(given) {
      const text = JSON.stringify(tokens.parse(given));
      if (text === written) return;
      // Several processes may do so at once, in containers under the same pid, and one may be killed meanwhile.
      const draft = `${path}.${randomUUID()}`;
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, path);
      written = text;
    },
  };
}
