// What clients were told: of elements added to keys that nobody takes from, of what was added to counters, and of
// values that one client alone writes. What was not answered may have been done or not; what was refused must not have
// been. It knows no sockets and no commands.

export type Outcome = 'done' | 'unsure' | 'refused';

/** The most sums that are told apart; a counter with more is only held to lie between the least and the greatest. */
const sumsMax = 20_000;

export class Counter {
  done = 0;
  private readonly unanswered = new Map<number, number>();
  private serial = 0;

  /** Asked for; the number by which to tell how it went. */
  ask(by: number): number {
    this.serial += 1;
    this.unanswered.set(this.serial, by);
    return this.serial;
  }

  answer(id: number, isDone: boolean): void {
    if (isDone) this.done += this.unanswered.get(id) ?? 0;
    this.unanswered.delete(id);
  }

  /** Whether the sum may be this. */
  allows(sum: number): boolean {
    let sums = new Set([this.done]);
    for (const by of this.unanswered.values()) {
      if (sums.size > sumsMax) return sum >= this.done && sum <= this.most;
      sums = new Set([...sums].flatMap((one) => [one, one + by]));
    }
    return sums.has(sum);
  }

  get most(): number {
    return [...this.unanswered.values()].reduce((sum, by) => sum + by, this.done);
  }

  toString(): string {
    return this.most === this.done ? String(this.done) : `${this.done} to ${this.most}`;
  }
}

/** What one client alone writes: any of these may stand there, undefined for nothing. */
export class Register {
  private possible: { readonly id: number; readonly value: string | undefined }[] = [
    { id: 0, value: undefined },
  ];
  private serial = 0;

  /** Asked for; the number by which to tell how it went. */
  ask(value: string | undefined): number {
    this.serial += 1;
    this.possible.push({ id: this.serial, value });
    return this.serial;
  }

  answer(id: number, isDone: boolean): void {
    this.possible = this.possible.filter((one) => (isDone ? one.id >= id : one.id !== id));
  }

  allows(value: string | undefined): boolean {
    return this.possible.some((one) => one.value === value);
  }

  toString(): string {
    return this.possible.map(({ value }) => value ?? 'nothing').join(' or ');
  }
}

function ofName<T>(all: Map<string, T>, name: string, make: () => T): T {
  const found = all.get(name) ?? make();
  all.set(name, found);
  return found;
}

export class Account {
  readonly counters = new Map<string, Counter>();
  readonly registers = new Map<string, Register>();
  /** By key: elements in the order in which they were asked for, with how it went. */
  readonly elements = new Map<string, Map<string, Outcome>>();

  counter(name: string): Counter {
    return ofName(this.counters, name, () => new Counter());
  }

  register(name: string): Register {
    return ofName(this.registers, name, () => new Register());
  }

  elementsOf(key: string): Map<string, Outcome> {
    return ofName(this.elements, key, () => new Map<string, Outcome>());
  }

  /** What is wrong with the elements that a key has, in words. */
  faultsOf(key: string, found: readonly string[]): string[] {
    const asked = this.elementsOf(key);
    const counts = new Map<string, number>();
    for (const element of found) counts.set(element, (counts.get(element) ?? 0) + 1);
    const faults: string[] = [];
    for (const [element, outcome] of asked) {
      const count = counts.get(element) ?? 0;
      if (outcome === 'done' && count === 0) faults.push(`${key} lacks ${element}`);
      if (outcome === 'refused' && count > 0) faults.push(`${key} has ${element}, which was refused`);
      if (count > 1) faults.push(`${key} has ${element} ${count} times`);
    }
    for (const element of counts.keys()) {
      if (!asked.has(element)) faults.push(`${key} has ${element}, which nobody added`);
    }
    return faults;
  }
}
