import stringWidth from 'string-width';

/** What a terminal would act upon instead of showing it, or what would turn the text around it. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text from elsewhere, such as a test's name, as it can be shown in one line: what acts on terminals is spelled out. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The longest start of a sequence of characters that fits into so many columns. */
function fitting(characters: readonly string[], width: number): string[] {
  let left = width;
  const end = characters.findIndex((character) => (left -= stringWidth(character)) < 0);
  return end < 0 ? [...characters] : characters.slice(0, end);
}

/**
 * A text in so many columns at most. What does not fit is left out in the middle: names of tests differ at their end as
 * often as at their start.
 */
export function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  const tail = fitting(characters.toReversed(), Math.floor((width - 1) / 2)).toReversed();
  const head = fitting(characters, width - 1 - stringWidth(tail.join('')));
  return `${head.join('')}…${tail.join('')}`;
}

/** A text that takes exactly so many columns, if it does not take more. */
export function padded(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? text + space : space + text;
}
