import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivileged } from '../servers/account.ts';
import { startDaemon } from '../servers/daemon.ts';
import { makeFolder } from '../servers/folder.ts';
import { ask, isOffered, type Availability } from '../servers/guard-client.ts';
import { reservePort } from '../servers/port.ts';
import { currentRun } from '../servers/run.ts';

export type Pgbouncer = { uri: string; close: () => Promise<void> };

/** Whether `startPgbouncer` can work here. */
export const hasPgbouncer = (): Promise<Availability> => isOffered('/pgbouncer/program');

/**
 * PgBouncer in transaction mode, otherwise as it comes, in front of the database at `uri`. Clients need no
 * password and reach the database under any user the server has. Two connections to the server for each user,
 * so that transactions of one client really meet different ones.
 */
export const startPgbouncer = async ({ uri }: { uri: string }): Promise<Pgbouncer> => {
  const run = currentRun();
  const { program } = await ask('/pgbouncer/program');
  const folder = await makeFolder(run, 'pgbouncer');
  const port = await reservePort(run.folder);
  const { hostname, port: serverPort, username, password } = new URL(uri);
  const user = decodeURIComponent(username);
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const users = join(folder, 'users.txt');
  await writeFile(users, `${quoted(user)} ${quoted(decodeURIComponent(password))}\n`);
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(
    configuration,
    `[databases]
* = host=${hostname} port=${serverPort || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = 2
max_client_conn = 500
auth_type = trust
auth_file = ${users}
auth_user = ${user}
`,
  );
  const log = join(run.folder, `pgbouncer-${port}.log`);
  const daemon = await startDaemon({
    run,
    program,
    args: [configuration],
    account: unprivileged(),
    log,
    isReady: async () => (await readFile(log, 'utf8')).includes('process up'),
  });
  const through = new URL(uri);
  through.password = '';
  through.host = `127.0.0.1:${port}`;
  return {
    uri: through.href,
    close: async () => {
      await daemon.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
