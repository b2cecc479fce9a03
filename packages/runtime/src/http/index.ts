export { openAccess, type Access } from '../access/access.ts';
export { isControlled, mayDo } from './access.ts';
export * from './app.ts';
export { checkJsonType, checkMediaType } from './bodies.ts';
export { closeHttpApp } from './close.ts';
export { listen } from './listen.ts';
export { sendProblem } from './problems.ts';
export { createServiceApp } from './service-app.ts';
