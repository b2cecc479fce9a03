import fc from 'fast-check';

const SURROGATES = 0xd800;
const SURROGATE_COUNT = 0x800;
const LAST = 0x10ffff - SURROGATE_COUNT;

/**
 * Any letter there is, for `fc.string`. Its own unit for that, `binary`, makes a table of all of them first, which takes a
 * second and 150 MB of each process.
 */
export const letter: fc.Arbitrary<string> = fc.integer({ min: 0, max: LAST }).map(
  (number) => String.fromCodePoint(number < SURROGATES ? number : number + SURROGATE_COUNT),
  (text) => {
    const [found, ...rest] = typeof text === 'string' ? Array.from(text) : [];
    if (found === undefined || rest.length > 0 || !found.isWellFormed()) throw new Error('it is no letter');
    const code = found.codePointAt(0) ?? 0;
    return code < SURROGATES ? code : code - SURROGATE_COUNT;
  },
);
