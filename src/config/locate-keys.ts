// Says on which line of a TOML text each key stands, which the TOML parser does not tell for values that are valid
// TOML but wrong for us. It expects text that the parser accepted: tables, dotted and quoted keys, inline tables and
// multi-line strings and arrays are followed, values are skipped. It never throws; what it misses has no line.

class KeyScanner {
  readonly lines = new Map<string, number>();
  private readonly text: string;
  private pos = 0;
  private line = 1;
  private table: readonly string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  run(): void {
    for (;;) {
      this.skipBlank(true);
      if (this.pos >= this.text.length) return;
      if (this.peek() === '[') this.header();
      else this.pair(this.table);
      this.skipToLineEnd();
    }
  }

  private peek(ahead = 0): string {
    return this.text[this.pos + ahead] ?? '';
  }

  private advance(count = 1): void {
    for (let i = 0; i < count && this.pos < this.text.length; i++) {
      if (this.text[this.pos] === '\n') this.line++;
      this.pos++;
    }
  }

  private skipBlank(newlines: boolean): void {
    for (;;) {
      const c = this.peek();
      if (c === '#') this.skipToLineEnd();
      else if (' \t\r\ufeff'.includes(c) && c !== '') this.advance();
      else if (newlines && c === '\n') this.advance();
      else return;
    }
  }

  private skipToLineEnd(): void {
    while (this.pos < this.text.length && this.peek() !== '\n') this.advance();
  }

  private header(): void {
    const line = this.line;
    while (this.peek() === '[') this.advance();
    this.table = this.keyPath();
    this.record(this.table, line);
  }

  /** `a."b c".d`, up to what ends it: '=', ']' or a line end. */
  private keyPath(): string[] {
    const path: string[] = [];
    for (;;) {
      this.skipBlank(false);
      const quote = this.peek();
      if (quote === '"' || quote === "'") {
        path.push(this.quoted(quote));
      } else {
        const start = this.pos;
        while (/[A-Za-z0-9_-]/.test(this.peek())) this.advance();
        path.push(this.text.slice(start, this.pos));
      }
      this.skipBlank(false);
      if (this.peek() !== '.') return path;
      this.advance();
    }
  }

  private quoted(quote: string): string {
    this.advance();
    const start = this.pos;
    while (this.pos < this.text.length && this.peek() !== quote && this.peek() !== '\n') {
      this.advance(quote === '"' && this.peek() === '\\' ? 2 : 1);
    }
    const inner = this.text.slice(start, this.pos);
    this.advance();
    return inner;
  }

  private pair(table: readonly string[]): void {
    const line = this.line;
    const path = [...table, ...this.keyPath()];
    this.record(path, line);
    if (this.peek() !== '=') return;
    this.advance();
    this.value(path);
  }

  private record(path: readonly string[], line: number): void {
    const name = path.join('.');
    if (!this.lines.has(name)) this.lines.set(name, line);
  }

  private value(path: readonly string[] | undefined): void {
    this.skipBlank(true);
    const c = this.peek();
    const triple = c.repeat(3);
    if ((c === '"' || c === "'") && this.text.startsWith(triple, this.pos)) this.multiLine(triple);
    else if (c === '"' || c === "'") this.quoted(c);
    else if (c === '[') this.items(']', () => this.value(undefined));
    else if (c === '{') this.items('}', () => this.pair(path ?? ['']));
    else while (this.pos < this.text.length && !',]}\n#'.includes(this.peek())) this.advance();
  }

  private multiLine(triple: string): void {
    this.advance(3);
    while (this.pos < this.text.length && !this.text.startsWith(triple, this.pos)) {
      this.advance(triple === '"""' && this.peek() === '\\' ? 2 : 1);
    }
    while (this.peek() === triple[0]) this.advance();
  }

  /** The inside of an array or inline table, up to `end`. */
  private items(end: string, item: () => void): void {
    this.advance();
    for (;;) {
      this.skipBlank(true);
      if (this.pos >= this.text.length) return;
      if (this.peek() === end) {
        this.advance();
        return;
      }
      const before = this.pos;
      if (this.peek() === ',') this.advance();
      else item();
      if (this.pos === before) this.advance();
    }
  }
}

/** Dotted key (tables too) to its line, counted from 1. */
export function locateKeys(toml: string): ReadonlyMap<string, number> {
  const scanner = new KeyScanner(toml);
  scanner.run();
  return scanner.lines;
}
