import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What every script is told; each takes what concerns it. */
export interface Options {
  rounds: number | undefined;
  connections: number | undefined;
  minutes: number;
  workers: number;
}

const number = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text}: a number above 0`);
  return value;
};

/** The scripts to run out of `names`, and what to tell them; throws a line for whoever typed it. */
export const readOptions = <Name extends string>(args: string[], names: Name[]): [Name[], Options] => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      connections: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      workers: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    },
  });
  const [wanted = 'all', ...rest] = positionals;
  const chosen = names.filter((name) => wanted === 'all' || wanted === name);
  if (chosen.length === 0 || rest.length > 0) throw new Error(`no such script: ${positionals.join(' ')}`);
  const { rounds, connections, minutes, workers } = values;
  return [
    chosen,
    {
      rounds: rounds === undefined ? undefined : number('rounds', rounds),
      connections: connections === undefined ? undefined : number('connections', connections),
      minutes: number('minutes', minutes),
      workers: number('workers', workers),
    },
  ];
};
