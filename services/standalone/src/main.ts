import { enableCompileCache, getCompileCacheDir } from 'node:module';

// Before anything else is loaded: types are stripped once, not at every start and in every thread. Processes and
// threads that this one starts share the cache by way of the variable.
enableCompileCache();
const folder = getCompileCacheDir();
if (folder !== undefined) process.env['NODE_COMPILE_CACHE'] ??= folder;

await import('./start.ts');
