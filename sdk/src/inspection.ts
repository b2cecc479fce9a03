/** Under this name Node.js looks for how a value is shown on the console. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');
