/** Texts, each kept once and known by its number from 0. Texts are only ever added, so numbers stay valid. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();
  #last = -1;

  /**
   * The number of a text, which is added where it is new. `guess` is the number that it probably has, the latest one
   * unless told: comparing takes less than hashing.
   */
  codeOf(text: string, guess: number = this.#last): number {
    if (this.texts[guess] === text) return guess;
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.texts.length;
      this.#codes.set(text, code);
      this.texts.push(text);
    }
    this.#last = code;
    return code;
  }

  /** The number of a text, or undefined where it is not known. */
  find(text: string): number | undefined {
    return this.#codes.get(text);
  }
}
