import { parseArgs } from 'node:util';
import { ConfigError, quoted } from './error.ts';
import { settings, type SettingKey } from './settings.ts';

export interface Flags {
  /** The text of each flag that takes one, by its letter; the last one counts. */
  readonly texts: ReadonlyMap<string, string>;
  /** The letters of the flags given that take none. */
  readonly switches: ReadonlySet<string>;
}

const valued = (keys: readonly SettingKey[]) =>
  keys.flatMap((key) => {
    const { flag } = settings[key];
    return flag ? [flag] : [];
  });

/**
 * Reads single-letter flags: those of the given settings, and `switches`, which take no value. Throws
 * `ConfigError` on anything else, naming the flags there are.
 */
export const readFlags = (
  argv: readonly string[],
  keys: readonly SettingKey[],
  switches: readonly string[] = [],
): Flags => {
  const flags = valued(keys);
  const list = [
    ...flags.map(({ letter, argument }) => `-${letter} ${argument}`),
    ...switches.map((letter) => `-${letter}`),
  ].join(', ');
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries([
      ...flags.map(({ letter }) => [letter, { type: 'string', short: letter }] as const),
      ...switches.map((letter) => [letter, { type: 'boolean', short: letter }] as const),
    ]),
    strict: false,
    tokens: true,
  });
  const texts = new Map<string, string>();
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional')
      throw new ConfigError(`${quoted(token.value)}: is not a flag; the flags are ${list}`);
    const { name, rawName, value } = token;
    const flag = flags.find(({ letter }) => rawName === `-${letter}`);
    if (flag) {
      if (value === undefined || value === '')
        throw new ConfigError(`${rawName}: has no value; give ${rawName} ${flag.argument}`);
      texts.set(name, value);
    } else if (switches.some((letter) => rawName === `-${letter}`)) {
      given.add(name);
    } else {
      throw new ConfigError(`${rawName}: there is no such flag; the flags are ${list}`);
    }
  }
  return { texts, switches: given };
};

/** The flags of some settings again as arguments, for a program that takes no others. */
export const flagArguments = (flags: Flags, keys: readonly SettingKey[]): string[] =>
  valued(keys).flatMap(({ letter }) => {
    const text = flags.texts.get(letter);
    return text === undefined ? [] : [`-${letter}`, text];
  });
