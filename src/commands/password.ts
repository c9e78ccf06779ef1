// The password that clients give with AUTH, kept as a digest only, so that no log, error or reply can show it. The
// comparison takes the same time whatever was given. It knows no user but `default`.
import { createHash, timingSafeEqual } from 'node:crypto';

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export class Password {
  private expected: Buffer | undefined;

  /** Undefined and empty text: none is asked for. */
  constructor(text: string | undefined) {
    this.set(text ?? '');
  }

  get isSet(): boolean {
    return this.expected !== undefined;
  }

  /** Replaces the password; empty text: none is asked for any more. */
  set(text: string): void {
    this.expected = text === '' ? undefined : digest(Buffer.from(text));
  }

  /** Whether the user exists and `given` is the password; any is where none is set. */
  admits(user: string, given: Buffer): boolean {
    if (user !== 'default') return false;
    return this.expected === undefined || timingSafeEqual(this.expected, digest(given));
  }
}
