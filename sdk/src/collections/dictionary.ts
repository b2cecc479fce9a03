/** Texts, each kept once and known by its number from 0. Texts are only ever added, so numbers stay valid. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();
  #last = '';
  #lastCode = -1;

  /** The number of a text, which is added where it is new. */
  codeOf(text: string): number {
    // Neighbours often have the same text, and comparing takes less than hashing.
    if (text === this.#last && this.#lastCode >= 0) return this.#lastCode;
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.texts.length;
      this.#codes.set(text, code);
      this.texts.push(text);
    }
    this.#last = text;
    this.#lastCode = code;
    return code;
  }

  /** The number of a text, or undefined where it is not known. */
  find(text: string): number | undefined {
    return this.#codes.get(text);
  }
}
