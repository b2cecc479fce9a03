import { platform } from '#platform';
import type { Dialect } from './dialect.ts';
import { createRemoteDialect } from './remote/dialect.ts';
import type { RemoteOptions } from './remote/options.ts';

/** A server or a file that is opened when it is first needed. */
export interface Source {
  /** The open dialect; where opening failed, it is tried again. */
  dialect(): Promise<Dialect>;
  /** Closes what is open; it can be used again. */
  close(): Promise<void>;
}

/** Takes an address for a server and everything else for the path of a file. Throws where an address is malformed. */
export function createSource(source: string | URL, options: RemoteOptions): Source {
  const isAddress = /^https?:/i.test(String(source));
  const remote = isAddress ? createRemoteDialect(new URL(source), options) : undefined;
  let opened: Promise<Dialect> | undefined;

  async function open(): Promise<Dialect> {
    try {
      return remote ?? (await platform.openDatabase(source, options));
    } catch (error) {
      opened = undefined;
      throw error;
    }
  }

  return {
    dialect: () => (opened ??= open()),
    async close() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.close();
    },
  };
}
