/** A setting that cannot be used. The message is one line for the operator; the process exits 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * What a parser throws: the problem and its remedy, without the name of the setting. Only the reader knows
 * whether a flag, a variable or a default is to blame, and puts that in front.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const longest = 300;

/** Quotes a value for a message: control characters escaped, long values cut. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);

/** The system's own word for a failed call, such as `EACCES`. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
