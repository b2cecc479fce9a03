import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const room = 64 * 1024 * 1024;

/** Runs a program of Docker; resolves with what it wrote, rejects with what it complained about. */
export const run = async (
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> => {
  try {
    return (await execute(program, args, { ...options, maxBuffer: room })).stdout;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const told = stderr.trim().split('\n').slice(-20).join('\n');
    throw new Error(`${program} ${args.join(' ')}: ${told || String(error)}`, { cause: error });
  }
};

export const docker = (...args: string[]): Promise<string> => run('docker', args);

/** How docker compose is called on this machine: as a plugin, or as the older program of its own. */
export const findCompose = (): readonly [program: string, ...args: string[]] => {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...args] = command;
    try {
      execFileSync(program, [...args, 'version'], { stdio: 'ignore' });
      return command;
    } catch {
      // Not that way.
    }
  }
  throw new Error('there is neither "docker compose" nor docker-compose, or no Docker engine; install them');
};

/** SIGKILL from outside for the first process of a container, as the kernel does it where memory runs out. */
export const crash = async (id: string): Promise<void> => {
  const pid = (await docker('inspect', '--format', '{{.State.Pid}}', id)).trim();
  // By way of the engine, which may run elsewhere; with `docker kill` it would not be restarted.
  const image = (await docker('inspect', '--format', '{{.Image}}', id)).trim();
  const kill = ['--entrypoint', 'sh', image, '-c', `kill -9 ${pid}`];
  await docker('run', '--rm', '--pid=host', '--network=none', '--user=0', ...kill);
};

/** Whether a container runs another process than `before`, and its health check agrees. */
export const isBack = async (id: string, before: string): Promise<boolean> => {
  const [started, health] = (await describe(id)).split(' ');
  return started !== before && health === 'healthy';
};

const describe = async (id: string): Promise<string> =>
  (await docker('inspect', '--format', '{{.State.StartedAt}} {{.State.Health.Status}}', id)).trim();

export const startOf = async (id: string): Promise<string> => (await describe(id)).split(' ')[0] ?? '';

export const isHealthy = async (id: string): Promise<boolean> => (await describe(id)).endsWith(' healthy');

/** Packets that a container was sent so far. */
export const receivedBy = async (id: string): Promise<number> => {
  const counts = await docker('exec', id, 'sh', '-c', 'cat /sys/class/net/eth*/statistics/rx_packets');
  return counts
    .split('\n')
    .map(Number)
    .reduce((sum, count) => sum + count, 0);
};
