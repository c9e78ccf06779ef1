// An element of a hash, set or sorted set as it is handed about on its way into a form: its name, its value, and the
// dot that it gets. It is a register that is filled and used again, so that a put costs no object and each step on its
// way need not name all of this again. It knows nothing of how elements lie in memory.
const noBytes = new Uint8Array(0);

export class Element {
  name: Uint8Array = noBytes;
  nameOffset = 0;
  nameLength = 0;
  value: Uint8Array = noBytes;
  valueOffset = 0;
  valueLength = 0;
  /** Of a member of a sorted set: what its value says. */
  score = 0;
  /** The dot. */
  stamp = 0;
  origin = 0;
  /** How far the stamp is from the base of the run that it is put into: packed.ts. */
  difference = 0;
  /** The dot that it replaces; origin 0 = none that others need to hear of. */
  baseHi = 0;
  baseLo = 0;
  baseOrigin = 0;

  setName(name: Uint8Array, offset: number, length: number): void {
    this.name = name;
    this.nameOffset = offset;
    this.nameLength = length;
  }

  setValue(value: Uint8Array, offset: number, length: number): void {
    this.value = value;
    this.valueOffset = offset;
    this.valueLength = length;
  }
}
