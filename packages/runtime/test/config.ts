import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import {
  ConfigError,
  readSettings,
  settings,
  type Settings,
  type SettingKey,
  type Source,
} from '../src/config/index.ts';

// oxlint-disable-next-line no-unsafe-type-assertion -- the table's own keys
export const keys = Object.keys(settings) as SettingKey[];

/** The one line an operator sees; fails where `act` is accepted or fails in any other way. */
export const failure = (act: () => unknown): string => {
  const line = outcome(act);
  if (line === undefined) throw new Error('accepted');
  return line;
};

/** The same, or `undefined` where `act` is accepted. */
export const outcome = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toMatch(/[\r\n]/);
    return error.message;
  }
};

/** A working folder of the test file's own, what is read in it, and what is refused there. It ends with the file. */
export const configFolder = () => {
  const cwd = mkdtempSync(join(tmpdir(), 'config-'));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  const read = <Key extends SettingKey>(
    wanted: readonly Key[],
    source: Partial<Source> = {},
  ): Settings<Key> => readSettings(wanted, { argv: [], env: {}, cwd, ...source });
  const refused = (wanted: readonly SettingKey[], source: Partial<Source>): string =>
    failure(() => read(wanted, source));
  const file = (name: string, content: string | Buffer): string => {
    const path = join(cwd, name);
    writeFileSync(path, content);
    return path;
  };
  return { cwd, read, refused, file };
};
