// How the numbers of a line go together, as in model/relations.py: each is guessed from those before it in its line, by
// the rule that held longest at this place.

const RELATED_NUMBERS = 8; // of a line, that later ones are compared with
const RULES = 4; // the same; the second, the minute, the hour of a time in seconds
const CYCLES = [0, 60, 60, 24]; // after how many values each begins again; 0: never
const RELATION_PLACES = 1 << 12;
const FIRST_TIME = 100_000_000; // seconds since 1970: a smaller number is no time
const LONGEST_HELD = 255; // lines in a row that are counted

/**
 * What a rule makes of an earlier number.
 * @param {number} value
 * @param {number} rule
 */
function byRule(value, rule) {
  if (rule === 1) return value % 60;
  if (rule === 2) return Math.floor(value / 60) % 60;
  if (rule === 3) return Math.floor(value / 3600) % 24;
  return value;
}

class Relations {
  constructor() {
    this.numbers = new Float64Array(RELATED_NUMBERS); // of this line so far
    this.count = 0; // how many there are, also of those that are not kept
    this.value = 0; // of the number that is being read
    this.digits = 0; // how many it has so far
    this.place = 0; // of the next number
    this.guess = 0;
    this.width = 0; // digits of the guess; 0: nothing is guessed, or it was wrong
    this.differences = new Float64Array(RELATION_PLACES * RELATED_NUMBERS * RULES);
    this.held = new Uint8Array(RELATION_PLACES * RELATED_NUMBERS * RULES); // for so many lines in a row
    this.widths = new Float64Array(RELATION_PLACES); // digits of the last number there; 0: none was read
  }

  /** Where the rules of the place begin. */
  get first() {
    return this.place * RELATED_NUMBERS * RULES;
  }

  /** How many rules there are for the numbers so far. */
  get rules() {
    return Math.min(this.count, RELATED_NUMBERS) * RULES;
  }

  /**
   * Guess the number that would begin here.
   * @param {number} template hash of the line so far, numbers made alike
   */
  guessNumber(template) {
    this.place = (template ^ (template >>> 12)) & (RELATION_PLACES - 1);
    this.width = 0;
    const { first, rules, held } = this;
    let longest = 0;
    let best = -1;
    for (let i = 0; i < rules; i++) {
      if (held[first + i] <= longest) continue;
      longest = held[first + i];
      best = i;
    }
    if (best < 0) return;
    const rule = best % RULES;
    let guess = byRule(this.numbers[Math.floor(best / RULES)], rule) + this.differences[first + best];
    if (rule) guess %= CYCLES[rule];
    if (guess < 0) return;
    let digits = 1;
    for (let rest = guess; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    if (digits > MOST_DIGITS) return;
    this.guess = guess;
    this.width = Math.max(digits, this.widths[this.place]);
  }

  /** The digit that should come next; -1 where nothing is guessed. */
  guessedDigit() {
    if (this.digits >= this.width) return -1;
    let rest = this.guess;
    for (let i = this.width - 1 - this.digits; i > 0; i--) rest = Math.floor(rest / 10);
    return rest % 10;
  }

  /** @param {number} code of the next character */
  read(code) {
    if (isDigit(code)) {
      this.readDigit(code - 48);
      return;
    }
    if (this.digits) this.endNumber();
    if (code === 10) this.count = 0;
  }

  /** @param {number} digit */
  readDigit(digit) {
    if (this.guessedDigit() !== digit) this.width = 0;
    if (this.digits < MOST_DIGITS) this.value = this.value * 10 + digit;
    this.digits++;
  }

  /** A number has ended: learn how it goes together with those before it. */
  endNumber() {
    if (this.digits <= MOST_DIGITS) {
      for (let i = 0; i < this.rules; i++) this.learnRule(i);
      this.widths[this.place] = this.digits;
    }
    if (this.count < RELATED_NUMBERS) this.numbers[this.count] = this.value;
    this.count++;
    this.value = 0;
    this.digits = 0;
  }

  /** @param {number} i */
  learnRule(i) {
    const { differences, held, value } = this;
    const [at, rule, earlier] = [this.first + i, i % RULES, this.numbers[Math.floor(i / RULES)]];
    const cycle = CYCLES[rule];
    if (cycle && (earlier < FIRST_TIME || value >= cycle)) {
      held[at] = 0;
      return;
    }
    let difference = value - byRule(earlier, rule);
    if (cycle) difference = (difference + cycle) % cycle;
    const holds = this.widths[this.place] > 0 && differences[at] === difference;
    held[at] = holds ? Math.min(held[at] + 1, LONGEST_HELD) : 0;
    differences[at] = difference;
  }
}
