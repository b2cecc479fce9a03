import { chmod, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startDaemon } from '../servers/daemon.ts';
import { makeFolder } from '../servers/folder.ts';
import { ask, isOffered, type Availability } from '../servers/guard-client.ts';
import { reservePort } from '../servers/port.ts';
import { currentRun } from '../servers/run.ts';

export type Nginx = { port: number; close: () => Promise<void> };

/** Whether `startNginx` can work here. */
export const hasNginx = (): Promise<Availability> => isOffered('/nginx/program');

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

/** Starts nginx with what `configure` gives for its `http` block, for the port of 127.0.0.1 it has to listen on. */
export const startNginx = async (configure: (port: number) => string): Promise<Nginx> => {
  const run = currentRun();
  const { program } = await ask('/nginx/program');
  const folder = await makeFolder(run, 'nginx');
  // Its workers run under an account of their own.
  await chmod(folder, 0o711);
  const port = await reservePort(run.folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const configuration = join(folder, 'nginx.conf');
  await writeFile(
    configuration,
    `worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log stderr warn;
events { worker_connections 1024; }
http {
${temporary.join('\n')}
${configure(port)}
}
`,
  );
  const daemon = await startDaemon({
    run,
    program,
    args: ['-p', folder, '-e', 'stderr', '-c', configuration, '-g', 'daemon off;'],
    account: {},
    log: join(run.folder, `nginx-${port}.log`),
    isReady: () => accepts(port),
  });
  return {
    port,
    close: async () => {
      await daemon.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
