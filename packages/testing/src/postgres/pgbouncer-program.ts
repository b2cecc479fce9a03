import { fromApt } from '../servers/apt.ts';
import { findProgram } from '../servers/program.ts';
import { firstOf } from '../servers/source.ts';

const find = () => findProgram('pgbouncer');

/** The path of `pgbouncer`; rejects where it is not installed and cannot be. */
export const findPgbouncer = (): Promise<string> =>
  firstOf('pgbouncer', 'Install it (Debian: apt-get install pgbouncer; macOS: brew install pgbouncer).', [
    { name: 'PATH and the usual folders', open: find },
    fromApt(['pgbouncer'], find),
  ]);
