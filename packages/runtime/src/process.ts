import closeWithGrace from 'close-with-grace';
import { ConfigError } from './config/index.ts';
import type { Logger } from './log/logger.ts';

/** How long a stop may take before the process ends anyway; service managers kill after 10 s. */
const STOP_LIMIT_MS = 9_000;

/** Exit codes: the configuration is wrong, or something failed. */
export const EXIT_CONFIG = 2;
export const EXIT_FAILURE = 1;

/** Runs a program: a wrong configuration is one line for the operator and exit code 2, all else 1. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  // Every user of the machine sees command lines, and a URI among the flags may hold a password.
  process.title = 'monitor-server';
  try {
    await main();
  } catch (error) {
    const config = error instanceof ConfigError;
    process.stderr.write(`${config ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exit(config ? EXIT_CONFIG : EXIT_FAILURE);
  }
}

/** Calls `stop` once, on SIGTERM, SIGINT or an uncaught error, and then ends the process. */
export function stopGracefully(logger: Logger, stop: () => Promise<void>): { stop: () => void } {
  const handle = closeWithGrace({ delay: STOP_LIMIT_MS, logger: false }, async ({ err, signal }) => {
    if (err !== undefined) logger.fatal({ err }, 'stopping after an error');
    else logger.info({ signal }, 'stopping');
    await stop();
    logger.info('stopped');
  });
  return { stop: () => handle.close() };
}
