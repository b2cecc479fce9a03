import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Kind } from './pipeline/backends.ts';

/** What every script is told; each takes what concerns it. */
export interface Options {
  rounds: number | undefined;
  connections: number | undefined;
  minutes: number;
  workers: number;
  /** The production pipelines to torment. */
  pipelines: readonly Kind[];
}

/** Names of scripts, by the name under which they can be asked for together. */
export type Groups<Name extends string> = Readonly<Record<string, readonly Name[]>>;

const kinds: Readonly<Record<string, readonly Kind[]>> = {
  redis: ['redis'],
  direct: ['direct'],
  both: ['redis', 'direct'],
};

const number = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text}: a number above 0`);
  return value;
};

const optional = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : number(name, text);

/** The scripts to run out of `groups`, and what to tell them; throws a line for whoever typed it. */
export const readOptions = <Name extends string>(args: string[], groups: Groups<Name>): [Name[], Options] => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      connections: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      workers: { type: 'string', default: String(Math.min(4, availableParallelism())) },
      pipeline: { type: 'string', default: 'both' },
    },
  });
  const names = new Set(Object.values(groups).flat());
  const isName = (wanted: string): wanted is Name => names.has(wanted as Name);
  const chosen = (positionals.length === 0 ? ['all'] : positionals).flatMap((wanted) => {
    if (isName(wanted)) return [wanted];
    const group = groups[wanted];
    if (!group) throw new Error(`no such script: ${wanted}`);
    return group;
  });
  const pipelines = kinds[values.pipeline];
  if (!pipelines) throw new Error(`--pipeline ${values.pipeline}: ${Object.keys(kinds).join(', ')}`);
  return [
    [...new Set(chosen)],
    {
      rounds: optional('rounds', values.rounds),
      connections: optional('connections', values.connections),
      minutes: number('minutes', values.minutes),
      workers: number('workers', values.workers),
      pipelines,
    },
  ];
};
