export { openEmbeddedWriter } from './embedded.ts';
