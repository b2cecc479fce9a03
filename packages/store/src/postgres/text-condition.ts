import type { Values } from './snapshot.ts';

// Texts are compared as their bytes, and found in indexes by their first characters, because they may be longer than an
// index entry. No text in the database has U+0000, and none that has it can be bound.

/** How many characters of a text its index has. */
const INDEXED_CHARACTERS = 200;

function unlessImpossible(text: string, condition: () => string): string {
  return text.includes('\0') ? 'false' : condition();
}

const indexed = (column: string): string => `(left(${column}, ${INDEXED_CHARACTERS}) COLLATE "C")`;

const firstCharacters = (text: string): string =>
  Array.from(text.slice(0, 2 * INDEXED_CHARACTERS))
    .slice(0, INDEXED_CHARACTERS)
    .join('');

/** SQL that holds for exactly this text. */
export function equals(column: string, text: string, { bind }: Values): string {
  return unlessImpossible(
    text,
    () => `${indexed(column)} = ${bind(firstCharacters(text))} AND ${column} = ${bind(text)}`,
  );
}

/** SQL that holds for texts with this start. */
export function startsWith(column: string, start: string, { bind }: Values): string {
  const pattern = firstCharacters(start).replaceAll(/[\\%_]/g, '\\$&');
  return unlessImpossible(
    start,
    () => `${indexed(column)} LIKE ${bind(`${pattern}%`)} AND starts_with(${column}, ${bind(start)})`,
  );
}

/** SQL that holds for texts with this part, whatever the case of ASCII letters; others are as they are. */
export function contains(column: string, part: string, { bind }: Values): string {
  // Under "C", `lower` knows no other letters.
  const lower = (text: string): string => `lower(${text} COLLATE "C")`;
  return unlessImpossible(part, () => `strpos(${lower(column)}, ${lower(bind(part))}) > 0`);
}
