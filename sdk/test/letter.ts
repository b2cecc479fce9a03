import fc from 'fast-check';

/** Any letter there is. The unit `binary` of fast-check makes a table of them first, which takes a second and 150 MB. */
export const letter = fc
  .integer({ min: 0, max: 0x10ffff })
  .map((code) => String.fromCodePoint(code).toWellFormed());
