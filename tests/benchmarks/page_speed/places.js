'use strict';

// What the peers are told about each token besides its id: for positions in columns, with a full cache from the start
// whose keys are masked until they have been read.

const MASKED_BUCKET = 16;
const BUCKET_ROWS = [
  [5, 4, 4, 4, 4, 3, 2, 1, 0, 0, 0, 0],
  [6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12],
  [14, 14, 14, 14, 14, 14, 14, 14, 13, 13, 13, 14],
  [15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15],
];
const BUCKET_TABLE = Uint8Array.from(BUCKET_ROWS.flat());

class Places {
  constructor({ config, vocabulary }) {
    this.config = config;
    this.nothing = vocabulary.size; // id of what stands before the first character
    this.past = config.n_context - 1;
    this.restart();
  }

  restart() {
    this.columns = new Int32Array(this.past);
    this.lines = new Int32Array(this.past).fill(-1); // not read yet
    this.before = Array(this.config.n_smear).fill(this.nothing);
    this.column = 0;
    this.line = 0;
  }

  /** Place n more tokens. -> ids [n, 1 + n_smear], rows [n], buckets [n, past + n] */
  next(tokens) {
    const { past, config } = this;
    const n = tokens.length;
    const keys = past + n;
    const [columns, lines] = [new Int32Array(keys), new Int32Array(keys)];
    columns.set(this.columns);
    lines.set(this.lines);
    const ids = new Int32Array(n * (1 + config.n_smear));
    const rows = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const newline = tokens[i] === 1;
      this.column = newline ? 0 : this.column + 1;
      if (newline) this.line++;
      columns[past + i] = this.column;
      lines[past + i] = this.line;
      rows[i] = this.column % config.n_position;
      ids.set([tokens[i], ...this.before], i * (1 + config.n_smear));
      this.before = [tokens[i], ...this.before].slice(0, config.n_smear);
    }
    const buckets = new Int32Array(n * keys).fill(MASKED_BUCKET);
    for (let i = 0; i < n; i++) {
      const column = columns[past + i];
      const line = lines[past + i];
      for (let s = i; s <= past + i; s++) {
        if (lines[s] < 0) continue;
        const back = Math.min(line - lines[s], 3);
        const across = Math.max(-8, Math.min(3, columns[s] - column));
        buckets[i * keys + s] = BUCKET_TABLE[back * 12 + across + 8];
      }
    }
    this.columns = columns.subarray(n);
    this.lines = lines.subarray(n);
    return { ids, rows, buckets };
  }
}
