import { UnsupportedError } from '../errors.ts';

type Driver = typeof import('node:sqlite');

/**
 * The SQLite that comes with Node.js: nothing to install, and no native code of others. It is asked for only when a
 * file is opened, and Node.js 22, where it works but is called experimental, is kept from saying so on every start.
 */
export function loadDriver(): Driver {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const driver = process.getBuiltinModule('node:sqlite') as Driver | undefined;
    if (driver !== undefined) return driver;
  } finally {
    process.emitWarning = emitWarning;
  }
  throw new UnsupportedError(`a database file needs Node.js 22.13 or newer; this is ${process.version}`);
}
