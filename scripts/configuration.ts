import { readFileSync, writeFileSync } from 'node:fs';
import { remarks } from '../packages/runtime/src/config/remarks.ts';
import { settings, type Setting, type SettingKey } from '../packages/runtime/src/config/settings.ts';
import { keys as ingest } from '../services/ingest/src/config.ts';
import { keys as query } from '../services/query/src/config.ts';
import { standaloneKeys } from '../services/standalone/src/config.ts';
import { keys as worker } from '../services/worker/src/config.ts';

const page = new URL('../docs/configuration.md', import.meta.url);

const BEGIN = '<!-- Made of the settings themselves; `npm run docs` brings it up to date. -->\n';
const END = '<!-- The end of what is made. -->\n';

const services = { ingest, query, worker } as Readonly<Record<string, readonly SettingKey[]>>;

/** With a capital, unless it begins with something that is written so. */
const capitalised = (text: string): string =>
  text.replace(/^[a-z](?=[a-z]* )/, (first) => first.toUpperCase());

/** Which of the services that run alone read a setting. The server in one process tree reads all. */
const readers = (key: SettingKey): string => {
  const names = Object.keys(services).filter((name) => services[name]?.includes(key));
  if (names.length === 0) return 'only all in one';
  return names.length === Object.keys(services).length ? 'all' : names.join(', ');
};

// Without `show`, so that settings of any type fit.
type Described = Omit<Setting<unknown>, 'show'>;

const row = (key: SettingKey): string => {
  const { flag, variable, usually, about, unit, only, parse }: Described = settings[key];
  const range =
    parse.accepts === undefined ? '' : ` (${parse.accepts}${unit === undefined ? '' : ` ${unit}`})`;
  const limits =
    only === undefined || about.includes('PostgreSQL')
      ? ''
      : ` Only with ${only === 'postgres' ? 'PostgreSQL' : 'SQLite'}.`;
  const meaning = `${capitalised(about)}${range}.${limits} ${remarks[key] ?? ''}`.trim();
  const cells = [flag ? `\`-${flag.letter}\`` : '', `\`${variable}\``, usually, readers(key), meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
};

/** The table of all settings, as docs/configuration.md has it. */
const table = (): string =>
  [
    '| flag | variable | default | read by | meaning |',
    '|---|---|---|---|---|',
    ...standaloneKeys.map(row),
    '',
  ].join('\n');

const is = readFileSync(page, 'utf8');
const [before, rest = ''] = is.split(BEGIN);
const [, after] = rest.split(END);
if (after === undefined) throw new Error(`docs/configuration.md lacks a line: ${BEGIN}or: ${END}`);
const should = `${before}${BEGIN}\n${table()}\n${END}${after}`;

if (!process.argv.includes('--check')) writeFileSync(page, should);
else if (is !== should) {
  console.error('docs/configuration.md does not have the settings as they are; npm run docs mends it');
  process.exitCode = 1;
}
