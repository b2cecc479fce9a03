import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const parts = ['ingest', 'seeded', 'reads'] as const;
export type Part = (typeof parts)[number];

export interface Options {
  parts: readonly Part[];
  /** Measured, of each run of each round. */
  seconds: number;
  rounds: number;
  connections: number;
  /** HTTP processes of server and floor. */
  workers: number;
  /** Processes that generate the load. */
  loaders: number;
  /** Metrics in the seeded database. */
  rows: number;
  /** Of every read. */
  runs: number;
  write: boolean;
}

export const usage = `usage: npm run bench -- [ingest|seeded|reads|all] [--seconds 60] [--rounds 3] [--connections 64]
  [--workers N] [--loaders 1] [--rows 1000000] [--runs 40] [--write]`;

export const readOptions = (args: string[]): Options => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      workers: { type: 'string', default: String(Math.min(4, availableParallelism())) },
      loaders: { type: 'string', default: '1' },
      rows: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '40' },
      write: { type: 'boolean', default: false },
    },
  });
  const number = (
    name: 'seconds' | 'rounds' | 'connections' | 'workers' | 'loaders' | 'rows' | 'runs',
  ): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name} ${values[name]}: a whole number from 1`);
    return value;
  };
  const [wanted = 'all', ...rest] = positionals;
  const chosen = parts.filter((part) => wanted === 'all' || wanted === part);
  if (chosen.length === 0 || rest.length > 0) throw new Error(`no such part: ${positionals.join(' ')}`);
  return {
    parts: chosen,
    seconds: number('seconds'),
    rounds: number('rounds'),
    connections: number('connections'),
    workers: number('workers'),
    loaders: number('loaders'),
    rows: number('rows'),
    runs: number('runs'),
    write: values.write,
  };
};
