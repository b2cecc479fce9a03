import { readFileSync, writeFileSync } from 'node:fs';
import { coverage, falseAlarms, neededRuns, noisy, ticking, type Draw } from './power.ts';

// `node sdk/test/statistics/tables.ts` computes the tables in docs/sdk-statistics.md anew: the same ones every time.

const DOCUMENT = new URL('../../../docs/sdk-statistics.md', import.meta.url);

const STEPS = [1.05, 1.1, 1.2, 1.5];
const NOISES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3];
const TIMES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = head.map((_, at) => (at === 0 ? '---' : '---:'));
  return [head, line, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const stepRow = (name: string, draw: Draw, comparisons: number): (string | number)[] => [
  name,
  ...STEPS.map((step) => neededRuns(draw, step, comparisons) ?? '> 200'),
];

const stepHead = (first: string): string[] => [first, ...STEPS.map((step) => `+ ${percent(step - 1)}`)];

function noiseTable(comparisons: number): string {
  const rows = NOISES.map((noise) => stepRow(percent(noise), noisy(noise), comparisons));
  return table(stepHead('noise'), rows);
}

const tables: Record<string, () => string> = {
  'runs-1': () => noiseTable(1),
  'runs-100': () => noiseTable(100),
  'runs-1000': () => noiseTable(1000),
  'runs-cpu': () =>
    table(
      stepHead('CPU time'),
      TIMES.map((seconds) => stepRow(`${seconds * 1000} ms`, ticking(seconds), 1)),
    ),
  coverage: () =>
    table(
      ['runs of each build', 'hold the true ratio'],
      [4, 5, 6, 10, 20, 50].map((n) => [n, percent(coverage(n, 0.1), 1)]),
    ),
  sessions: () =>
    table(
      ['share of the variance that is between sessions', 'unit `metric`', 'unit `session`'],
      [0, 0.1, 0.25, 0.5, 0.75].map((mood) => {
        const { metric, session } = falseAlarms(mood);
        return [percent(mood), percent(metric, 1), percent(session, 1)];
      }),
    ),
};

let text = readFileSync(DOCUMENT, 'utf8');
for (const [name, make] of Object.entries(tables)) {
  const [begin, end] = [`<!-- table:${name} -->`, `<!-- /table:${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no ${begin} … ${end}`);
  text = `${text.slice(0, from + begin.length)}\n\n${make()}\n\n${text.slice(to)}`;
}
writeFileSync(DOCUMENT, text);
