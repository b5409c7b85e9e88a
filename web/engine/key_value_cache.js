// The keys and values of the tokens that a text has read, so that one more token can be read without the text before it.

/** Keys and values of consecutive tokens, and the column and line of each token. */
class KeyValueCache {
  /**
   * @param {Config} config
   * @param {number} room rows
   */
  constructor({ n_layer, n_head, n_embd }, room) {
    const rows = () => new Float64Array(2 * room * n_embd);
    this.n_head = n_head;
    this.stride = (2 * n_embd) / n_head; // between rows
    this.room = room;
    this.end = 0; // rows in use
    this.pairs = Array.from({ length: n_layer }, rows); // per layer [H, room, 2 D]: a token's key, then its value
    this.columns = new Int32Array(room);
    this.lines = new Int32Array(room);
  }

  /**
   * Append the last rows of another cache.
   * @param {KeyValueCache} other
   * @param {number} n
   */
  append(other, n) {
    const [from, to] = [other.end - n, other.end];
    for (const [layer, pairs] of this.pairs.entries()) {
      for (let head = 0; head < this.n_head; head++) {
        const added = other.pairs[layer].subarray(other.at(head, from), other.at(head, to));
        pairs.set(added, this.at(head, this.end));
      }
    }
    this.columns.set(other.columns.subarray(from, to), this.end);
    this.lines.set(other.lines.subarray(from, to), this.end);
    this.end += n;
  }

  /**
   * Where a row begins.
   * @param {number} head
   * @param {number} row
   */
  at(head, row) {
    return (head * this.room + row) * this.stride;
  }

  /**
   * Forget all but the last n rows.
   * @param {number} n
   */
  keep(n) {
    const [from, to] = [this.end - n, this.end];
    for (const pairs of this.pairs) {
      for (let head = 0; head < this.n_head; head++) {
        pairs.copyWithin(this.at(head, 0), this.at(head, from), this.at(head, to));
      }
    }
    this.columns.copyWithin(0, from, to);
    this.lines.copyWithin(0, from, to);
    this.end = n;
  }
}
