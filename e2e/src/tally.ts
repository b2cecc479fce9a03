import type { Outcome } from './client.ts';

const resets = new Set<Outcome>(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

export const isReset = (outcome: Outcome): boolean => resets.has(outcome);
export const isRefused = (outcome: Outcome): boolean => outcome === 'ECONNREFUSED';

/** Figures by name; those that must be 0 are told apart. */
export interface Tally {
  figures: Record<string, number | string>;
  mustBeZero: Record<string, number>;
}

/** Prints a tally; true when everything that must be 0 is. */
export const settle = (name: string, { figures, mustBeZero }: Tally): boolean => {
  const isClean = Object.values(mustBeZero).every((figure) => figure === 0);
  const lines = Object.entries({ ...figures, ...mustBeZero }).map(([label, figure]) => {
    const mark = label in mustBeZero ? (figure === 0 ? ' ✓' : ' ✗') : '';
    return `  ${label.padEnd(44)} ${String(figure).padStart(12)}${mark}`;
  });
  console.log(`\n${name}: ${isClean ? 'clean' : 'NOT CLEAN'}\n${lines.join('\n')}`);
  return isClean;
};

/** Counts of what is not 201, as text. */
export const describe = (outcomes: Outcome[]): string =>
  [...Map.groupBy(outcomes, (outcome) => outcome)]
    .map(([outcome, all]) => `${all.length} × ${outcome}`)
    .join(', ') || 'none';
