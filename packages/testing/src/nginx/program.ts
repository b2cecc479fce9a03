import { fromApt } from '../servers/apt.ts';
import { findProgram } from '../servers/program.ts';
import { firstOf } from '../servers/source.ts';

const find = () => findProgram('nginx');

/** The path of `nginx`; rejects where it is not installed and cannot be. */
export const findNginx = (): Promise<string> =>
  firstOf('nginx', 'Install it (Debian: apt-get install nginx; macOS: brew install nginx).', [
    { name: 'PATH and the usual folders', open: find },
    fromApt(['nginx'], find),
  ]);
