import { describeFlags, settings } from '@monitor-server/runtime/config';
import { standaloneKeys } from '../config.ts';

/** What `-h` prints. */
export const help = (): string[] => [
  'usage: launch-monitor-server.sh [flags], or monitor-server [flags] from the package',
  '',
  'Starts the server in the background and waits until it answers.',
  '',
  ...describeFlags(standaloneKeys).map((line) => `  ${line}`),
  '  -F          run in the foreground, for service managers and containers',
  '  -k          stop the server of this port and log folder',
  '  -s          tell whether the server of this port and log folder runs',
  '  -h          print this',
  '',
  'A flag beats the variable named beside it. Variables without a flag:',
  '',
  ...standaloneKeys
    .map((key) => settings[key])
    .filter(({ flag }) => flag === undefined)
    .map(({ variable, about, usually }) => `  ${variable.padEnd(25)} ${about} [${usually}]`),
  '',
  'Exit codes: 0 done, 1 failed, 2 wrong flag, variable or port, 3 not running, 4 running without answering.',
];
