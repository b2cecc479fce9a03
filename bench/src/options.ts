import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Of the embedded server, of the production pipeline, of the analysis library, and of both databases. */
const parts = {
  embedded: ['ingest', 'seeded', 'reads', 'hostile'],
  production: ['pipeline', 'insert', 'latency', 'big', 'export'],
  library: ['sdk'],
  keeping: ['retention'],
} as const;
export type Part = (typeof parts)[keyof typeof parts][number];

const groups: Record<string, readonly Part[]> = { ...parts, all: Object.values(parts).flat() };

export interface Options {
  parts: ReadonlySet<Part>;
  /** Measured, of each run of each round. */
  seconds: number;
  rounds: number;
  connections: number;
  /** HTTP processes of server and floor. */
  workers: number;
  /** Processes that generate the load. */
  loaders: number;
  /** Metrics in the seeded database, in the queue, or in memory. */
  rows: number;
  /** Metrics in the databases that are compared. */
  sizes: readonly number[];
  /** Of every read. */
  runs: number;
  write: boolean;
}

export const usage = `usage: npm run bench -- [part…] [option…]

Parts of the embedded server, or \`embedded\` for these:
  ingest    posts into an empty database, against a floor that only validates
  seeded    posts into a database that holds --rows metrics
  reads     every GET at --rows metrics
  hostile   posts beside slow, idle and hostile clients, against the same without those
Parts of the production pipeline, or \`production\` for these; each starts a PostgreSQL and a Redis of its own:
  pipeline  posts accepted and stored, over --connections and four times as many, Redis synced always and every second
  insert    workers alone on a queue of --rows metrics, against a bare insert
  latency   one connection, and from 201 to readable at half load
  big       every GET at --sizes metrics, and posts into the largest
  export    --rows metrics in every format, against COPY
Of the analysis library:
  sdk       reading metrics against fetching their pages, grouping --rows of them against a loop, and memory
Of both databases:
  retention posts at half speed into --rows metrics while these are removed
All of them without a part, or \`all\`.

  --seconds 60         measured, of each run
  --rounds 3           runs, of which the median counts
  --connections 64
  --workers N          HTTP processes; as many as there are cores, four at most
  --loaders 1          processes that generate the load
  --rows 1000000
  --sizes 100000,1000000,5000000
  --runs 40            of every read
  --write              put the tables into docs/performance.md
  --help`;

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${text}: a whole number from 1`);
  return value;
};

const partsOf = (name: string): readonly Part[] => {
  const found = groups[name] ?? groups['all']?.filter((part) => part === name) ?? [];
  if (found.length === 0) throw new Error(`no such part: ${name}`);
  return found;
};

/** Reads the command line; undefined where it asks for help. Throws an error with one line for what it does not know. */
export const readOptions = (args: string[]): Options | undefined => {
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
      sizes: { type: 'string', default: '100000,1000000,5000000' },
      runs: { type: 'string', default: '40' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const wanted = positionals.length > 0 ? positionals : ['all'];
  return {
    parts: new Set(wanted.flatMap(partsOf)),
    seconds: wholeNumber('seconds', values.seconds),
    rounds: wholeNumber('rounds', values.rounds),
    connections: wholeNumber('connections', values.connections),
    workers: wholeNumber('workers', values.workers),
    loaders: wholeNumber('loaders', values.loaders),
    rows: wholeNumber('rows', values.rows),
    sizes: values.sizes.split(',').map((size) => wholeNumber('sizes', size)),
    runs: wholeNumber('runs', values.runs),
    write: values.write,
  };
};
