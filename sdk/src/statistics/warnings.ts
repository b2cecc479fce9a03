import type { ComparisonWarning, MachineShare } from './comparison.ts';
import { describeMachine } from './machine.ts';

export interface MachineFindings {
  readonly names: readonly [a: string, b: string];
  readonly machines: readonly MachineShare[];
  /** How many metrics of both sides are from machines that are not known. */
  readonly unknown: number;
  readonly pool: boolean;
}

function leftOut(metrics: number): string {
  return metrics === 1 ? '1 metric is left out' : `${metrics} metrics are left out`;
}

function pooledWarnings({ machines, unknown }: MachineFindings): ComparisonWarning[] {
  if (machines.length + Number(unknown > 0) < 2) return [];
  const what = [
    ...machines.map(({ machine }) => describeMachine(machine)),
    ...(unknown > 0 ? ['unknown'] : []),
  ];
  const message = `machines are thrown together, so differences may be theirs: ${what.join('; ')}`;
  return [{ kind: 'pooled-machines', message }];
}

function separateWarnings({ names, machines, unknown }: MachineFindings): ComparisonWarning[] {
  const warnings: ComparisonWarning[] = [];
  for (const { machine, a, b } of machines) {
    const what = describeMachine(machine);
    if (a === 0 || b === 0) {
      const message = `only ${names[a === 0 ? 1 : 0]} ran on ${what}: ${leftOut(a + b)}`;
      warnings.push({ kind: 'one-sided-machine', message });
    } else if (machine.cpuType === '' && machine.cpuVendor === '') {
      warnings.push({ kind: 'unknown-model', message: `${what}: these machines may differ` });
    }
  }
  if (unknown > 0) {
    const message = `machines are not known, because their contexts are not given: ${leftOut(unknown)}`;
    warnings.push({ kind: 'unknown-machine', message });
  }
  if (!machines.some(({ a, b }) => a > 0 && b > 0)) {
    const message = `${names[0]} and ${names[1]} have no class of machines in common: nothing can be compared`;
    warnings.unshift({ kind: 'no-common-machine', message });
  }
  return warnings;
}

/** What has to be said about the machines of a comparison, the worst first. */
export function machineWarnings(findings: MachineFindings): ComparisonWarning[] {
  return findings.pool ? pooledWarnings(findings) : separateWarnings(findings);
}
