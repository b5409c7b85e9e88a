// How far numbers are from the last one at their place, as in model/steps.py: steps are counted in buckets, and from the
// counts follows the probability of each next digit, which stands for a range of numbers.

const VIEWS = 3; // in how many ways the steps are counted
const STEP_PLACE_BITS = 12;
const STEP_PLACES = 1 << STEP_PLACE_BITS;
const SINGLE = 7; // steps of up to this size have a bucket of their own
const OCTAVES = 22; // each of two buckets
const SIDE = 2 * OCTAVES;
const STEP_BUCKETS = 2 * (SIDE + SINGLE) + 1;
const MOST_REPEATS = 255;
const MOST_STEPS = 200; // that are counted in a view; then all counts are halved
const PRIOR = 0.01; // steps that each bucket has been seen to begin with
const LEAST_MASS = 1e-9;
const POINT = 46;
const COLON = 58;

/** The least step of each bucket, and behind the last one its end [STEP_BUCKETS + 1]. */
const BOUNDS = bucketBounds();

function bucketBounds() {
  const ends = Array.from({ length: SIDE }, (_, i) => (2 + (i % 2)) * 2 ** (Math.floor(i / 2) + 2));
  ends.push(2 ** (OCTAVES + 3));
  const single = Array.from({ length: 2 * SINGLE }, (_, i) => i + 1 - SINGLE);
  return Float64Array.from([...ends.map((end) => 1 - end).reverse(), ...single, ...ends]);
}

/** @param {number} step its bucket; larger ones than there are buckets for belong to the last */
function bucketOf(step) {
  let low = 0;
  let top = STEP_BUCKETS - 1;
  while (low < top) {
    const middle = (low + top + 1) >> 1;
    if (BOUNDS[middle] <= step) low = middle;
    else top = middle - 1;
  }
  return low;
}

/** @param {number} code */
function isMark(code) {
  return code === POINT || code === COLON;
}

class Steps {
  constructor() {
    // About the number that is being read.
    this.template = 0; // the line so far, with which its place was found
    this.above = 0; // the line above
    this.place = 0;
    this.count = 0; // its digits so far
    this.digits = new Uint8Array(MOST_DIGITS);
    this.marks = new Uint8Array(MOST_DIGITS + 1); // the point or colon after so many digits, 0: none
    this.marked = false; // whether such a mark is the last character
    this.points = 0; // how many of the marks are points
    this.follows = false; // whether so far it has the form of the last number of the place
    this.value = 0; // what its digits so far are worth, if it has that form to its end
    // About the next digit.
    this.expects = false; // whether it can be told
    this.mass = new Float64Array(VIEWS * 10);
    this.left = new Float64Array(VIEWS); // mass of the digits that are not ruled out
    this.sureness = new Int32Array(VIEWS); // steps that were counted
    this.keys = new Uint32Array(VIEWS);
    this.slots = new Int32Array(VIEWS);
    // The last number of each place.
    this.templates = new Uint32Array(STEP_PLACES);
    this.sizes = new Uint8Array(STEP_PLACES); // its digits; 0: there was none
    this.forms = new Uint32Array(STEP_PLACES); // where its marks stand, counted from its end
    this.lasts = new Float64Array(STEP_PLACES);
    this.worths = new Float64Array(STEP_PLACES * MOST_DIGITS); // of one in each digit
    this.marksDue = new Uint8Array(STEP_PLACES * (MOST_DIGITS + 1));
    this.buckets = new Uint8Array(STEP_PLACES); // of the last step
    // The steps of each view.
    this.views = new Uint32Array(VIEWS * STEP_PLACES); // whose they are
    this.totals = new Int32Array(VIEWS * STEP_PLACES);
    this.counts = new Uint8Array(VIEWS * STEP_PLACES * STEP_BUCKETS);
    this.latest = new Float64Array(VIEWS * STEP_PLACES); // the last step itself
    this.repeats = new Uint8Array(VIEWS * STEP_PLACES); // how often in a row it has come again
  }

  /**
   * Set the mass of each digit that may come next.
   * @param {number} template hash of the line so far
   * @param {number} above the same of the line above
   */
  expectDigit(template, above) {
    if (!this.count) {
      this.template = template;
      this.above = above;
      this.place = template >>> (32 - STEP_PLACE_BITS);
      this.value = 0;
      this.follows = this.templates[this.place] === template && this.sizes[this.place] > 0;
    }
    const { place, count } = this;
    this.expects = this.follows && count < this.sizes[place];
    if (count && !this.marked && this.marksDue[place * (MOST_DIGITS + 1) + count]) this.expects = false;
    if (!this.expects) return;
    if (!count) this.findViews();
    const worth = this.worths[place * MOST_DIGITS + count];
    const begin = this.value - this.lasts[place];
    let end = begin + 10 * worth;
    if (count) end = Math.min(end, begin + this.worths[place * MOST_DIGITS + count - 1]);
    this.spread(begin, end, worth);
    for (let view = 0; view < VIEWS; view++) {
      const again = this.latest[this.slots[view]];
      if (this.sureness[view] && begin <= again && again < end)
        this.mass[view * 10 + Math.floor((again - begin) / worth)] += this.repeats[this.slots[view]];
      let sum = 0;
      for (let i = view * 10; i < view * 10 + 10; i++) sum += this.mass[i];
      this.left[view] = sum;
    }
  }

  /**
   * Share what was counted among the digits, each of which stands for so many steps from `begin` on.
   * @param {number} begin
   * @param {number} end
   * @param {number} worth
   */
  spread(begin, end, worth) {
    const { mass, counts, slots, sureness } = this;
    mass.fill(LEAST_MASS);
    let bucket = bucketOf(begin);
    let digit = 0;
    let at = begin;
    let edge = begin + worth;
    while (at < end && bucket < STEP_BUCKETS) {
      const bottom = BOUNDS[bucket];
      const top = BOUNDS[bucket + 1];
      const stop = Math.min(top, edge, end);
      const covered = stop - Math.max(at, bottom);
      if (covered > 0) {
        const share = covered / (top - bottom);
        for (let view = 0; view < VIEWS; view++) {
          const seen = sureness[view] ? counts[slots[view] * STEP_BUCKETS + bucket] : 0;
          mass[view * 10 + digit] += (seen + PRIOR) * share;
        }
      }
      at = Math.max(at, stop);
      if (stop === top) bucket++;
      if (stop === edge) {
        digit++;
        edge += worth;
      }
    }
  }

  /** Find the counts of each view of this place. */
  findViews() {
    const { keys, slots, sureness } = this;
    keys[0] = this.template;
    keys[1] = hash(this.template, this.above);
    keys[2] = hash(keys[1], this.buckets[this.place]);
    for (let view = 0; view < VIEWS; view++) {
      const slot = view * STEP_PLACES + (keys[view] >>> (32 - STEP_PLACE_BITS));
      slots[view] = slot;
      sureness[view] = this.views[slot] === keys[view] ? this.totals[slot] : 0;
    }
  }

  /** @param {number} digit that the next character is not */
  ruleOut(digit) {
    for (let view = 0; view < VIEWS; view++) {
      this.left[view] -= this.mass[view * 10 + digit];
      this.mass[view * 10 + digit] = 0;
    }
  }

  /** @param {number} code of the next character: a part of the number, or what ends it */
  read(code) {
    const { count } = this;
    if (isDigit(code)) {
      if (count < MOST_DIGITS) {
        this.followForm(code - 48);
        this.digits[count] = code - 48;
        if (!this.marked) this.marks[count] = 0;
      }
      this.count++;
      this.marked = false;
      return;
    }
    if (isMark(code) && count > 0 && count < MOST_DIGITS && !this.marked) {
      this.marks[count] = code;
      this.marked = true;
      if (code === POINT) this.points++;
      if (this.points < 2) return;
    } else if (count > 0 && count <= MOST_DIGITS) {
      this.learn();
    }
    this.count = 0;
    this.marked = false;
    this.points = 0;
  }

  /** @param {number} digit to be added to the value, if the number still has the form of the last one at its place */
  followForm(digit) {
    const { place, count } = this;
    const mark = this.marked ? this.marks[count] : 0;
    const due = count ? this.marksDue[place * (MOST_DIGITS + 1) + count] : mark;
    this.follows &&= count < this.sizes[place] && due === mark;
    if (this.follows) this.value += this.worths[place * MOST_DIGITS + count] * digit;
  }

  /** A number has ended: count its step, and keep it as the last of its place. */
  learn() {
    const { place } = this;
    const [value, form] = this.measure();
    if (this.templates[place] === this.template && this.sizes[place] > 0 && this.forms[place] === form) {
      const step = value - this.lasts[place];
      const bucket = bucketOf(step);
      this.findViews();
      for (let view = 0; view < VIEWS; view++) this.countStep(view, step, bucket);
      this.buckets[place] = bucket;
    } else {
      this.templates[place] = this.template;
      this.forms[place] = form;
      this.buckets[place] = SIDE + SINGLE;
    }
    this.lasts[place] = value;
    this.sizes[place] = this.count;
  }

  /**
   * The value of the number that was read, and its form; its place gets the worth of each digit, and the marks. Behind a
   * colon two digits are sixty of a unit.
   * @returns {[number, number]}
   */
  measure() {
    const { place, count } = this;
    let [value, worth, form, group] = [0, 1, 0, 0];
    for (let i = count - 1; i >= 0; i--) {
      const mark = i < count - 1 ? this.marks[i + 1] : 0;
      this.marksDue[place * (MOST_DIGITS + 1) + i + 1] = mark;
      if (i < count - 1) worth *= mark === COLON && group === 2 ? 6 : 10;
      group = mark ? 1 : group + 1;
      if (mark) form = hash(form, (count - 1 - i) * 64 + mark);
      this.worths[place * MOST_DIGITS + i] = worth;
      value += worth * this.digits[i];
    }
    return [value, form];
  }

  /**
   * Count a step in one view, whose counts begin anew where they were those of another place.
   * @param {number} view
   * @param {number} step
   * @param {number} bucket
   */
  countStep(view, step, bucket) {
    const { totals, counts, latest, repeats } = this;
    const slot = this.slots[view];
    const [first, end] = [slot * STEP_BUCKETS, slot * STEP_BUCKETS + STEP_BUCKETS];
    if (!this.sureness[view]) {
      this.views[slot] = this.keys[view];
      totals[slot] = 0;
      counts.fill(0, first, end);
    }
    const again = this.sureness[view] > 0 && latest[slot] === step;
    repeats[slot] = again ? Math.min(repeats[slot] + 1, MOST_REPEATS) : 0;
    latest[slot] = step;
    counts[first + bucket]++;
    if (++totals[slot] <= MOST_STEPS) return;
    totals[slot] = 0;
    for (let i = first; i < end; i++) totals[slot] += counts[i] >>= 1;
  }
}
