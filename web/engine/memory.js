// What the learner remembers of the text: which symbols followed which contexts, and earlier places that looked like the
// present one. The contents are those of model/memory.py, to the last bit. The tables have a fixed size: the entries that
// were seen least are overwritten.

const ORDERS = 6; // the first contexts are the last 1 … 6 symbols
const CONTEXTS = 19;
const EVERY = Array.from({ length: CONTEXTS }, (_, i) => i);
const OF_WORDS = [0, 1, 2, 3, 4, 5, 6, 16]; // contexts that mean the same in any text
const LONGEST_LINE = 4096; // symbols of a line that can be seen from the line below
const NOTHING = 0;

/**
 * One hash of two numbers, 32 bits.
 * @param {number} a
 * @param {number} b
 */
function hash(a, b) {
  let x = Math.imul(a, 0x9e3779b1) ^ Math.imul((b + 0x7f4a7c15) | 0, 0x85ebca6b);
  x ^= x >>> 15;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 13)) >>> 0;
}

/** @param {number} code */
function isDigit(code) {
  return code >= 48 && code <= 57;
}

/** @param {number} code letters, and all that is not ASCII */
function isLetter(code) {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
}

const DIGIT = 0;
const LETTER = 1;
const LINE_END = 2;
const OTHER = 3;
const KINDS = 4;

/** @param {number} code */
function kindOf(code) {
  if (isDigit(code)) return DIGIT;
  if (isLetter(code)) return LETTER;
  return code === 10 ? LINE_END : OTHER;
}

/** A line as far as it was read: its symbols, and its fields, which end with a space or a tab. */
class Line {
  constructor() {
    /** @type {number[]} */
    this.symbols = [];
    this.begins = [0]; // column of each field
    /** @type {number[]} */
    this.tokens = []; // hash of each field that has ended
    this.token = 0; // hash of the field so far
    this.shape = 0; // hash of the fields before, without their digits
    this.tokenShape = 0;
  }

  /**
   * @param {number} symbol
   * @param {number} code
   */
  add(symbol, code) {
    if (this.symbols.length === LONGEST_LINE) return;
    this.symbols.push(symbol);
    if (code === 32 || code === 9) {
      this.endField();
      this.begins.push(this.symbols.length);
      return;
    }
    this.token = hash(this.token, symbol);
    if (!isDigit(code)) this.tokenShape = hash(this.tokenShape, symbol);
  }

  endField() {
    this.tokens.push(this.token);
    this.shape = hash(this.shape, this.tokenShape);
    this.token = this.tokenShape = 0;
  }

  /** Number of the field that is being read. */
  get field() {
    return this.tokens.length;
  }

  /** Its symbols so far. */
  get inField() {
    return this.symbols.length - this.begins[this.field];
  }
}

/** The place of the next symbol: all that its contexts are made of. */
class Place {
  constructor() {
    this.orders = new Uint32Array(ORDERS + 1); // hashes of the last 0 … 6 symbols
    this.last = NEWLINE;
    this.beforeLast = NEWLINE;
    this.kind = LINE_END; // of the last symbol
    this.word = 0; // hash of the word so far, small and capital letters alike
    this.template = 0; // hash of the line so far, each number as one digit
    this.templateAbove = 0; // of the whole line above
    this.above = new Line();
    this.line = new Line();
  }

  /**
   * Move one symbol forward.
   * @param {number} symbol
   * @param {number} code
   */
  read(symbol, code) {
    const kind = kindOf(code);
    for (let i = ORDERS; i > 0; i--) this.orders[i] = hash(this.orders[i - 1], symbol);
    this.word = hash(kind <= LETTER ? this.word : 0, code >= 65 && code <= 90 ? code + 32 : code);
    if (kind !== DIGIT || this.kind !== DIGIT)
      this.template = hash(this.template, kind === DIGIT ? 0 : symbol + 1);
    this.beforeLast = this.last;
    this.last = symbol;
    this.kind = kind;
    if (kind === LINE_END) {
      this.line.endField();
      this.templateAbove = this.template;
      this.above = this.line;
      this.line = new Line();
      this.template = 0;
    } else {
      this.line.add(symbol, code);
    }
  }

  /**
   * The hash of each context.
   * @param {Uint32Array} out [CONTEXTS]
   * @param {Int32Array} guesses symbols that something else expects next, 0 for none [4]
   */
  contexts(out, guesses) {
    const { above, last, beforeLast } = this;
    const { field, inField, token, tokens, shape } = this.line;
    const column = this.line.symbols.length;
    const tokenBefore = field ? tokens[field - 1] : 0;
    const twoBefore = field > 1 ? tokens[field - 2] : 0;
    const guessed = hash(guesses[0] * 1024 + guesses[1], guesses[2] * 1024 + guesses[3]);
    for (let i = 0; i < ORDERS; i++) out[i] = this.orders[i + 1];
    const at = field < above.begins.length ? above.begins[field] + inField : Infinity;
    const sameField = above.symbols[at] ?? NOTHING;
    const nextInField = above.symbols[at + 1] ?? NOTHING;
    const over = above.symbols[column] ?? NOTHING;
    const overNext = above.symbols[column + 1] ?? NOTHING;
    out[6] = hash(this.word, 1);
    out[7] = hash(hash(field, tokenBefore), token);
    out[8] = hash(hash(sameField, last), field);
    out[9] = hash(hash(hash(sameField, nextInField), hash(last, beforeLast)), field);
    out[10] = hash(hash(over, overNext), last);
    out[11] = hash(shape, token);
    out[12] = hash(hash(field, inField), last);
    out[13] = hash(hash(field, above.tokens[field] ?? NOTHING), token);
    out[14] = hash(field, 2);
    out[15] = hash(hash(this.template, this.templateAbove), last);
    out[16] = hash(hash(twoBefore, tokenBefore), token);
    out[17] = hash(guessed, last);
    out[18] = hash(guessed, this.template);
  }
}

const SLOT_BITS = 16;
const SLOTS = 1 << SLOT_BITS; // of each context
const PROBES = 4; // slots in which one hash may lie
const WAYS = 6; // symbols that a slot remembers
const MOST_SEEN = 255;
const PATIENT = [0, 1, 12, 14]; // contexts whose counts do not fade when another symbol follows

/** For each context, slots with the symbols that followed it and how often, the last one first. */
class Memory {
  constructor() {
    this.symbols = new Uint16Array(CONTEXTS * SLOTS * WAYS);
    this.counts = new Uint8Array(CONTEXTS * SLOTS * WAYS);
    this.checks = new Uint16Array(CONTEXTS * SLOTS); // 0: empty
    this.wanted = new Uint16Array(CONTEXTS);
    this.slots = new Int32Array(CONTEXTS); // of the contexts now
    this.known = new Uint8Array(CONTEXTS); // whether the slot is that context's, not one to be taken
    this.patient = Uint8Array.from({ length: CONTEXTS }, (_, i) => (PATIENT.includes(i) ? 1 : 0));
  }

  /**
   * Find the slots of the contexts.
   * @param {Uint32Array} hashes [CONTEXTS]
   */
  recall(hashes) {
    for (let i = 0; i < CONTEXTS; i++) {
      const check = hashes[i] & 0xffff || 1;
      const home = hashes[i] >>> (32 - SLOT_BITS);
      this.wanted[i] = check;
      this.known[i] = 0;
      let fewest = Infinity;
      for (let probe = 0; probe < PROBES; probe++) {
        const slot = i * SLOTS + (home ^ probe);
        if (this.checks[slot] === check) {
          this.slots[i] = slot;
          this.known[i] = 1;
          break;
        }
        const seen = this.seen(slot);
        if (seen < fewest) {
          fewest = seen;
          this.slots[i] = slot;
        }
      }
    }
  }

  /** @param {number} slot how often a symbol was seen there */
  seen(slot) {
    let sum = 0;
    for (let way = slot * WAYS; way < slot * WAYS + WAYS; way++) sum += this.counts[way];
    return sum;
  }

  /** @param {number} slot how many symbols it remembers */
  ways(slot) {
    let ways = 0;
    while (ways < WAYS && this.counts[slot * WAYS + ways]) ways++;
    return ways;
  }

  /**
   * @param {number} symbol that followed the contexts
   * @param {number[]} contexts which of them remember it
   */
  learn(symbol, contexts) {
    for (const i of contexts) {
      const slot = this.slots[i];
      if (!this.known[i]) {
        this.checks[slot] = this.wanted[i];
        this.counts.fill(0, slot * WAYS, slot * WAYS + WAYS);
      }
      this.count(slot * WAYS, symbol, this.patient[i]);
    }
  }

  /**
   * Move a symbol to the front of a slot, count it, and let the others fade.
   * @param {number} begin
   * @param {number} symbol
   * @param {number} patient
   */
  count(begin, symbol, patient) {
    const { symbols, counts } = this;
    let at = 0;
    while (at < WAYS - 1 && counts[begin + at] && symbols[begin + at] !== symbol) at++;
    let seen = (counts[begin + at] && symbols[begin + at] === symbol ? counts[begin + at] : 0) + 1;
    for (let way = at; way > 0; way--) {
      symbols[begin + way] = symbols[begin + way - 1];
      counts[begin + way] = counts[begin + way - 1];
    }
    const full = seen === MOST_SEEN;
    if (full) seen = (seen + 1) >> 1;
    for (let way = begin + 1; way < begin + WAYS; way++) {
      if (!patient && counts[way] > 2) counts[way] = (counts[way] * 3 + 1) >> 2;
      if (full) counts[way] = (counts[way] + 1) >> 1;
    }
    symbols[begin] = symbol;
    counts[begin] = seen;
  }
}

const HISTORY = 1 << 20; // symbols that a match can reach back

/** The last symbols of the text. */
class Trail {
  constructor() {
    this.symbols = new Uint16Array(HISTORY);
    this.length = 0; // of the text
  }

  /** @param {number} position in the text */
  at(position) {
    return this.symbols[position & (HISTORY - 1)];
  }

  /** @param {number} symbol */
  add(symbol) {
    this.symbols[this.length++ & (HISTORY - 1)] = symbol;
  }
}

const PLACES = 1 << 16; // that a match knows
const VERIFIED = 32; // symbols that are compared
const FACTOR = 0x2c1b3c6d;
const RECENT = 4; // predictions whose success is remembered

/** An earlier place in the text that looked like the present one. It is followed until a better one is found. */
class Match {
  /** @param {number} shortest symbols that must be equal; 0: the line so far must be equal, except for numbers */
  constructor(shortest) {
    this.shortest = shortest;
    this.places = new Int32Array(PLACES); // by hash: what followed, 0 being nowhere
    this.place = 0;
    this.length = 0; // equal symbols before it
    this.misses = 0; // one bit for each of the last predictions, 1: it was wrong
    this.hash = 0;
    this.oldest = 1; // FACTOR to the power of `shortest`
    for (let i = 0; i < shortest; i++) this.oldest = Math.imul(this.oldest, FACTOR);
  }

  /**
   * The symbol that follows there, or -1.
   * @param {Trail} trail
   */
  predicted(trail) {
    return this.place && trail.length - this.place < HISTORY ? trail.at(this.place) : -1;
  }

  /**
   * Move one symbol forward. `trail` already has it.
   * @param {Trail} trail
   * @param {number} template of the line up to here
   */
  advance(trail, template) {
    const { length } = trail;
    if (this.place) {
      const right = trail.at(this.place) === trail.at(length - 1);
      this.length = right ? Math.min(this.length + 1, 65535) : 0;
      this.misses = ((this.misses << 1) | (right ? 0 : 1)) & ((1 << RECENT) - 1);
      this.place++;
    }
    const key = (this.shortest ? this.rolled(trail) : template) >>> 16;
    const found = this.places[key];
    this.places[key] = length;
    const lost = !this.place || (this.shortest ? this.length < this.shortest : this.misses & 1 || !template);
    if (!found || !lost || length - found >= HISTORY) return;
    const alike = this.alike(trail, found);
    if (this.shortest && (alike < this.shortest || alike <= this.length)) return;
    this.place = found;
    this.length = alike;
    if (this.shortest) this.misses = 0;
  }

  /** @param {Trail} trail */
  rolled(trail) {
    const { length } = trail;
    const gone = length > this.shortest ? trail.at(length - 1 - this.shortest) + 1 : 0;
    this.hash = (Math.imul(this.hash, FACTOR) + trail.at(length - 1) + 1 - Math.imul(gone, this.oldest)) | 0;
    return hash(this.hash, 3);
  }

  /**
   * How many symbols before a place equal those before the present one.
   * @param {Trail} trail
   * @param {number} place
   */
  alike(trail, place) {
    const most = Math.min(VERIFIED, place);
    let n = 0;
    while (n < most && trail.at(place - 1 - n) === trail.at(trail.length - 1 - n)) n++;
    return n;
  }
}
