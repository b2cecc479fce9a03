import { processCount } from './read.ts';
import { settings, type Given, type Setting, type SettingKey, type Values } from './settings.ts';

// oxlint-disable-next-line no-unsafe-type-assertion -- the table's own keys
const order = Object.keys(settings) as SettingKey[];

const shown = <Key extends SettingKey>(key: Key, value: Values[Key]): string => {
  const { show, unit }: Setting<Values[Key]> = settings[key];
  return unit ? `${show(value)} ${unit}` : show(value);
};

const inForce = ({ environment, workers }: Partial<Values>): string => {
  if (environment === undefined || workers === undefined) return '';
  const count = processCount({ environment, workers });
  return count === workers ? '' : `, ${count} in force`;
};

/** What `readSettings` gives for any choice of settings. */
export type AnySettings = Partial<Values> & {
  readonly given: Readonly<Partial<Record<SettingKey, Given | undefined>>>;
};

/**
 * The configuration in force, one aligned line per setting that means something, with where it came from. Fit to be printed: passwords
 * are masked, certificates given by their paths.
 */
export const describeSettings = (read: AnySettings): string[] => {
  const keys = order.filter((key) => {
    const { only } = settings[key];
    return (
      key in read.given && (only === undefined || read.database === undefined || only === read.database.kind)
    );
  });
  const width = Math.max(...keys.map((key) => settings[key].name.length));
  return keys.map((key) => {
    const text = shown(key, read[key]);
    const remark = key === 'workers' ? inForce(read) : '';
    return `${settings[key].name.padEnd(width)}  ${text}${remark}  (${read.given[key]?.by ?? 'default'})`;
  });
};

/** One line of help per setting that has a flag, in the table's order. */
export const describeFlags = (keys: readonly SettingKey[]): string[] =>
  keys.flatMap((key) => {
    const { flag, about, variable, usually } = settings[key];
    return flag ? [`-${flag.letter} ${flag.argument.padEnd(8)} ${about} [${variable}, ${usually}]`] : [];
  });
