import {
  ConfigError,
  readFlags,
  readSettings,
  flagArguments,
  type Flags,
  type Source,
} from '@monitor-server/runtime/config';
import { standaloneKeys } from '../config.ts';
import { foreground } from './foreground.ts';
import { help } from './help.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';

export interface Command extends Source {
  /** The server's script. */
  readonly entry: string;
  /** Milliseconds after which a server that does not answer is given up. */
  readonly patience: number;
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
}

const switches = ['F', 'k', 's', 'h'] as const;

const chosen = (flags: Flags): string | undefined => {
  const [first, second] = [...flags.switches];
  if (first !== undefined && second !== undefined)
    throw new ConfigError(`-${first} and -${second}: exclude each other; give one of them`);
  return first;
};

const run = async (command: Command): Promise<number> => {
  const flags = readFlags(command.argv, standaloneKeys, switches);
  const server = { ...command, argv: flagArguments(flags, standaloneKeys) };
  // Stopping must work whatever has happened to the database or the certificate since the start.
  const place = () =>
    readSettings(['port', 'logFolder'], { ...command, argv: flagArguments(flags, ['port', 'logFolder']) });
  switch (chosen(flags)) {
    case 'h':
      for (const line of help()) command.say(line);
      return 0;
    case 'k':
      return stop(place(), command);
    case 's':
      return status(place(), command);
    case 'F':
      return foreground(server);
    default:
      return start(server);
  }
};

/**
 * Does what the launch script was asked for and says which exit code that means: 0 done, 1 failed, 2 wrong
 * flags, variables or port, 3 not running, 4 running without answering.
 */
export const launch = async (command: Command): Promise<number> => {
  try {
    return await run(command);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    command.complain(`monitor-server: ${error.message}`);
    return 2;
  }
};
