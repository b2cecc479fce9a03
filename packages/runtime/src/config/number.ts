import { Refusal } from './error.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** Reads a whole number in decimal digits, both ends of the range included. */
export const wholeNumber = ({ from, to, what }: Range) => {
  const accepts = `${from} to ${to}`;
  const read = (text: string): number => {
    const digits = text.trim();
    const wanted = `give ${what} from ${accepts}`;
    if (!/^-?\d+$/.test(digits)) throw new Refusal(`is not a whole number; ${wanted}`);
    const value = Number(digits);
    if (value < from || value > to) throw new Refusal(`is out of range; ${wanted}`);
    return value;
  };
  return Object.assign(read, { accepts });
};
