import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settings } from '@monitor-server/runtime/config';
import { parseAllDocuments } from 'yaml';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));
export const infra = `${root}infra/`;

/** The documents of a YAML file below `infra`, with what they merge merged. */
export const readYaml = <T>(name: string): T[] =>
  parseAllDocuments(readFileSync(`${infra}${name}`, 'utf8'), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${name}: ${document.errors.join('\n')}`);
    return document.toJS() as T;
  });

/** Variables that a service of ours reads. */
export const known = new Set(Object.values(settings).map(({ variable }) => variable));

/** Those of the variables that look like ours and that nothing reads. */
export const unknownOf = (names: Iterable<string>): string[] =>
  [...names].filter((name) => name.startsWith('MONITOR_SERVER_') && !known.has(name));

/** The scripts among the words of a command that are not there. */
export const missingOf = (words: readonly string[] | undefined): string[] =>
  (words ?? []).filter((word) => word.startsWith('services/') && !existsSync(`${root}${word}`));
