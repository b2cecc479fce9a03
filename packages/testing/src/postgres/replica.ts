import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { own, unprivileged } from '../servers/account.ts';
import { isCode } from '../servers/error-code.ts';
import { makeFolder } from '../servers/folder.ts';
import { run as execute } from '../servers/program.ts';
import type { Run } from '../servers/run.ts';
import { withClient } from './client.ts';
import type { Cluster } from './cluster.ts';

/** Files of the primary's own state, which a copy must not have; folders among them stay, but empty. */
const ownState = /^(postmaster\.(pid|opts)|(pg_wal|pg_replslot|pg_dynshmem|pg_stat_tmp|pg_subtrans)\/.*)$/;

const copyTree = async (from: string, to: string): Promise<void> => {
  const account = unprivileged();
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    const path = source.slice(from.length + 1);
    if (ownState.test(path)) continue;
    const target = join(to, path);
    try {
      if (entry.isDirectory()) await mkdir(target, { recursive: true, mode: 0o700 });
      else await copyFile(source, target, constants.COPYFILE_FICLONE);
      await own(target, account);
    } catch (error) {
      // What the server removes meanwhile is removed again when the log is replayed.
      if (!isCode(error, 'ENOENT')) throw error;
    }
  }
};

/** An online backup in the way of the manual, for programs that come without `pg_basebackup`. */
const copyOnline = (primary: Cluster, folder: string): Promise<void> =>
  withClient(primary.uri(), async (client) => {
    const { rows } = await client.query<{ old: boolean }>(
      `SELECT current_setting('server_version_num')::int < 150000 AS old`,
    );
    const old = rows[0]?.old === true;
    await client.query(
      old ? `SELECT pg_start_backup('replica', true, false)` : `SELECT pg_backup_start('replica', true)`,
    );
    await copyTree(primary.folder, folder);
    const { rows: stopped } = await client.query<{ labelfile: string }>(
      old
        ? 'SELECT labelfile FROM pg_stop_backup(false, false)'
        : 'SELECT labelfile FROM pg_backup_stop(false)',
    );
    const files = {
      backup_label: stopped[0]?.labelfile ?? '',
      'standby.signal': '',
      'postgresql.auto.conf': `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres'\n`,
    };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text);
      await own(join(folder, name), unprivileged());
    }
  });

/** The data folder of a streaming replica of a running server. */
export const backUp = async (run: Run, programs: string, primary: Cluster): Promise<string> => {
  const folder = await makeFolder(run, 'postgres');
  const program = join(programs, 'pg_basebackup');
  try {
    if (existsSync(program)) {
      await execute(program, [
        `--pgdata=${folder}`,
        `--dbname=${primary.uri()}`,
        '--write-recovery-conf',
        '--wal-method=stream',
        '--checkpoint=fast',
        '--no-sync',
      ]);
    } else await copyOnline(primary, folder);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};
