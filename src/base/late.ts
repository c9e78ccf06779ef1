// Packages and large built-in modules that many nodes never need are loaded at their first use: a node without a hub
// starts without the WebSocket package, one without a configuration file without the TOML reader. Loaded by `require`,
// which is quicker than a dynamic import of a CommonJS package and needs no waiting.
import { createRequire } from 'node:module';

const load: (name: string) => unknown = createRequire(import.meta.url);

/** What gives the module `name`, loaded when first asked for. `T` is its type: `typeof import('ws')`. */
export function late<T>(name: string): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= load(name) as T;
    return loaded;
  };
}
