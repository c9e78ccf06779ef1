// Replies that a slow reader has not taken yet. Bytes go to the socket one slice at a time, each after the one
// before has left, so that progress can be seen and little is pinned; what comes meanwhile waits here, small pieces
// copied together so that a shared reply buffer is never kept for the sake of a few bytes. Exists only while its
// connection is backed up.

interface Piece {
  readonly buf: Buffer;
  start: number;
  end: number;
  /** Ours alone, so later bytes may be appended in place. */
  readonly owned: boolean;
}

const ownedPieceBytes = 16 * 1024;

export class OutputQueue {
  bytes = 0;
  private readonly pieces: Piece[] = [];
  private first = 0;

  /** Takes `buf[start .. end)`; true when it was copied and `buf` may be written over. */
  push(buf: Buffer, start: number, end: number): boolean {
    const length = end - start;
    this.bytes += length;
    if (length >= ownedPieceBytes && length * 4 >= buf.length) {
      this.pieces.push({ buf, start, end, owned: false });
      return false;
    }
    const last = this.pieces.at(-1);
    if (last?.owned === true && this.pieces.length > this.first && last.end + length <= last.buf.length) {
      buf.copy(last.buf, last.end, start, end);
      last.end += length;
      return true;
    }
    const own = Buffer.allocUnsafeSlow(Math.max(length, ownedPieceBytes));
    buf.copy(own, 0, start, end);
    this.pieces.push({ buf: own, start: 0, end: length, owned: true });
    return true;
  }

  /** Takes up to `bytesMax` bytes from the front; undefined when there are none. */
  shift(bytesMax: number): Buffer | undefined {
    const piece = this.pieces[this.first];
    if (piece === undefined) return undefined;
    const length = Math.min(bytesMax, piece.end - piece.start);
    const slice = piece.buf.subarray(piece.start, piece.start + length);
    piece.start += length;
    this.bytes -= length;
    if (piece.start === piece.end) this.first++;
    if (this.first === this.pieces.length || this.first > 64) {
      this.pieces.splice(0, this.first);
      this.first = 0;
    }
    return slice;
  }
}
