/** How long a chunk is, in UTF-16 units; as many bytes where the text is ASCII. */
const CHUNK_LENGTH = 65_536;

const encoder = new TextEncoder();

/** Gathers lines into chunks of some tens of KiB, each with an `ArrayBuffer` of its own. */
export function createChunks() {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let text = '';

  function flush(): void {
    if (text === '') return;
    chunks.push(encoder.encode(text));
    text = '';
  }

  return {
    add(line: string): void {
      text += line;
      length += line.length;
      if (text.length >= CHUNK_LENGTH) flush();
    },
    /** How much was added, in UTF-16 units. */
    get length(): number {
      return length;
    },
    /** All that was added since the last time, cut after whole lines. */
    take(): Uint8Array<ArrayBuffer>[] {
      flush();
      length = 0;
      return chunks.splice(0);
    },
  };
}
