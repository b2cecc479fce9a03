import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './program.ts';
import type { Source } from './source.ts';

const apt = async (...args: string[]): Promise<void> => {
  // Another process of the system may be installing something: it gets two minutes to finish.
  const options = ['-o', 'DPkg::Lock::Timeout=120', '--quiet', '--yes', ...args];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await promisify(execFile)('apt-get', options, { env, maxBuffer: 64 * 1024 * 1024 });
};

/** What `find` gives once these packages of the system are installed: as root, and on Debian and its kin, only. */
export const fromApt = <T>(packages: readonly string[], find: Source<T>['open']): Source<T> => ({
  name: 'apt-get as root',
  open: async () => {
    if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) return undefined;
    await apt('update');
    await apt('install', '--no-install-recommends', ...packages);
    return find();
  },
});
