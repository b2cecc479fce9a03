import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package as `package-lock.json` has it. */
interface Locked {
  version: string;
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Which packages run, by their folders below the root. */
export interface Closure {
  /** Those of this repository. */
  ours: readonly string[];
  others: readonly string[];
}

/**
 * Everything that the workspace in `start` needs to run, as `package-lock.json` has it. What is optional is left out: it
 * makes things quicker on the system it was built for, and nothing else.
 */
export function readClosure(root: string, start: string): Closure {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };

  /** The folder that a package finds `name` in: its own `node_modules`, or that of a folder further up. */
  function resolve(from: string, name: string): string {
    for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
      const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
      const found = packages[path];
      if (found !== undefined) return found.link === true ? (found.resolved ?? path) : path;
      if (folder === '') throw new Error(`package-lock.json has no ${name}, which ${from} needs`);
    }
  }

  const reached = new Set([start]);
  for (const path of reached) {
    const found = packages[path];
    const isOptional = (name: string): boolean =>
      found?.optionalDependencies?.[name] !== undefined ||
      found?.peerDependenciesMeta?.[name]?.optional === true;
    for (const name of Object.keys({ ...found?.dependencies, ...found?.peerDependencies }))
      if (!isOptional(name)) reached.add(resolve(path, name));
  }
  const isOurs = (path: string): boolean => !path.includes('node_modules/');
  return {
    ours: [...reached].filter((path) => isOurs(path) && path !== start),
    others: [...reached].filter((path) => !isOurs(path)),
  };
}
