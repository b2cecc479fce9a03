/** What a command prints: `lines` on standard output, `remark` beside it, and the code with which it exits. */
export interface Outcome {
  lines: readonly string[];
  remark?: string;
  code: number;
}

/** Done as asked. */
export const done = (lines: readonly string[]): Outcome => ({ lines, code: 0 });
