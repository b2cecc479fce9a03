/** One line of a stream, numbered from 1; a line that is too long comes without its text. */
export interface Line {
  number: number;
  text: string | undefined;
}

const NEWLINE = 0x0a;

/** Splits a stream at line feeds in constant memory; lines over `limit` bytes are skipped, blank ones left out. */
export async function* readLines(stream: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Line> {
  let number = 0;
  let pieces: Buffer[] = [];
  let length = 0;

  function add(piece: Buffer): void {
    length += piece.length;
    if (length <= limit) pieces.push(piece);
    else pieces = [];
  }

  function take(): Line | undefined {
    number++;
    const text = length <= limit ? Buffer.concat(pieces).toString().trim() : undefined;
    pieces = [];
    length = 0;
    return text === '' ? undefined : { number, text };
  }

  for await (const chunk of stream) {
    let start = 0;
    for (;;) {
      // Millions of empty lines must not cost what lines do.
      if (length === 0) for (; chunk[start] === NEWLINE; start++) number++;
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      add(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    add(chunk.subarray(start));
  }
  const last = length > 0 ? take() : undefined;
  if (last !== undefined) yield last;
}
