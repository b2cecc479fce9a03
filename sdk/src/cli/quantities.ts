import { ResourceType } from '../enums.ts';
import type { Timestamp } from '../timestamp.ts';

/** Three digits that matter, and no more than people compare at a glance. */
function rounded(value: number): string {
  const magnitude = Math.abs(value);
  return magnitude >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A number in the largest of some units, each with how many of the first one it has, of which it is at least one. */
function inUnits(value: number, units: readonly (readonly [unit: string, size: number])[]): string {
  if (value === 0) return `0 ${units[0]?.[0]}`;
  const [unit, size] = units.findLast((each) => Math.abs(value) >= each[1]) ?? units[0] ?? (['', 1] as const);
  return `${rounded(value / size)} ${unit}`;
}

const TIMES = [
  ['µs', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['min', 60],
  ['h', 3600],
] as const;

const SIZES = [
  ['MB', 1],
  ['GB', 1024],
] as const;

const seconds = (value: number): string => (value === 0 ? '0 s' : inUnits(value, TIMES));

const FORMS: Readonly<Record<ResourceType, (value: number) => string>> = {
  [ResourceType.TOTAL_TIME]: seconds,
  [ResourceType.USER_TIME]: seconds,
  [ResourceType.KERNEL_TIME]: seconds,
  [ResourceType.CPU]: (value) => `${(value * 100).toFixed(0)} %`,
  [ResourceType.MEMORY]: (value) => inUnits(value, SIZES),
};

/** How much of a resource it is, for people: `12.3 ms`, `54 %`, `1.20 GB`; nothing for what was not recorded. */
export function quantity(resource: ResourceType, value: number): string {
  return Number.isNaN(value) ? '' : FORMS[resource](value);
}

/** How much more or less: `+20 %`, `−5 %`, `×3.1` from twice as much on. */
export function change(ratio: number): string {
  if (Number.isNaN(ratio)) return '';
  if (ratio >= 2) return `×${rounded(ratio)}`;
  const percent = ((ratio - 1) * 100).toFixed(Math.abs(ratio - 1) < 0.1 ? 1 : 0);
  if (Number(percent) === 0) return '0 %';
  return percent.startsWith('-') ? `−${percent.slice(1)} %` : `+${percent} %`;
}

/** A whole number with its digits in groups. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A number of things: `1 session`, `2,000 sessions`. */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}

/** A time in UTC, to the second; as it was recorded where that is no time. */
export function moment(time: Timestamp, recorded: string): string {
  return Number.isNaN(time.micros) ? recorded : time.toISOString().slice(0, 19).replace('T', ' ');
}
