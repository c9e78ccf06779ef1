// The parameters that CONFIG GET and CONFIG SET speak of, by name: reading all, and setting several as one step, with
// Redis's words for what is refused. What each parameter reads and sets is its own business (redis-parameters.ts).

/** What a parameter makes of a new value: the step that sets it, or why it cannot be. */
export type Prepared = { readonly apply: () => void } | { readonly refusal: string };

export interface Parameter {
  readonly name: string;
  /** The present value; empty for a secret. */
  read(): string;
  /** Undefined where the parameter cannot change while the node runs. */
  readonly prepare?: (value: string) => Prepared;
}

const immutableRefusal = "can't set immutable config";

function failure(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}

export class ParameterTable {
  private readonly byName: ReadonlyMap<string, Parameter>;
  /** What they were before they were first set. */
  private readonly before = new Map<string, string>();

  constructor(parameters: readonly Parameter[]) {
    const sorted = [...parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.byName = new Map(sorted.map((parameter) => [parameter.name, parameter]));
  }

  /** All parameters with their present values, in order of name. */
  entries(): readonly (readonly [name: string, value: string])[] {
    return [...this.byName.values()].map((parameter) => [parameter.name, parameter.read()] as const);
  }

  get(name: string): string | undefined {
    return this.byName.get(name)?.read();
  }

  /** Sets all of them, or none and returns the error line. Names are in lower case. */
  set(pairs: readonly (readonly [name: string, value: string])[]): string | undefined {
    const seen = new Set<string>();
    const steps: (() => void)[] = [];
    for (const [name] of pairs) {
      const parameter = this.byName.get(name);
      if (parameter === undefined)
        return `ERR Unknown option or number of arguments for CONFIG SET - '${name}'`;
      if (parameter.prepare === undefined) return failure(name, immutableRefusal);
      if (seen.has(name)) return failure(name, 'duplicate parameter');
      seen.add(name);
    }
    for (const [name, value] of pairs) {
      const prepared = this.byName.get(name)?.prepare?.(value);
      if (prepared === undefined) continue;
      if ('refusal' in prepared) return failure(name, prepared.refusal);
      steps.push(prepared.apply);
    }
    for (const [name] of pairs) {
      if (!this.before.has(name)) this.before.set(name, this.get(name) ?? '');
    }
    for (const apply of steps) apply();
    return undefined;
  }

  /** Those that have been set to something else than they were at the start, and secrets that have been set at all. */
  changed(): readonly (readonly [name: string, value: string])[] {
    const found: (readonly [string, string])[] = [];
    for (const [name, before] of this.before) {
      const value = this.get(name) ?? '';
      if (value !== before || name === 'requirepass') found.push([name, value]);
    }
    return found;
  }

  /** What is set now is what the start will find, but for some. */
  saved(except: readonly string[]): void {
    for (const name of this.before.keys()) if (!except.includes(name)) this.before.delete(name);
  }
}
