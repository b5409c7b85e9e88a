// The learner: an online model of the text at hand, mixed with the transformer's prediction. It scores each character,
// then learns from it, in memory only; before the first one it has read common_text.js. The numbers are those of model/adaptive.py, to the last bit for equal logits.
//
// A character is coded as a series of yes-or-no questions: is it this candidate? The likeliest candidate comes first. The
// transformer answers, and the contexts, which remember what followed them, and earlier places that match, and guesses:
// what a line that began alike recalls, and what the numbers of the line make of the next one; and steps.js, which knows
// how far numbers went at their place before. The answers are mixed in the logistic domain with weights learned online, as in PAQ and lpaq. The probability of a character is the
// product over its questions, and these probabilities sum to one exactly.

const NEW_CHARACTERS = 256; // unknown ones that get a symbol of their own when first seen; more stay escapes
const LAST_QUESTION = 32; // after so many questions the blend gives the probability of the rest
const LEAST = 1e-6; // probability of all that nothing predicts
const LEAST_ANSWER = 1e-6;

// Inputs of the mixer: the transformer, the same corrected, the blend of orders, contexts, matches, guesses, steps, the
// same corrected, a constant.
const STATIC = 0;
const CORRECTED = 1;
const BLEND = 2;
const FIRST_CONTEXT = 3;
const FIRST_MATCH = FIRST_CONTEXT + CONTEXTS;
const SHORTEST_MATCHES = [6, 14, 0];
const FIRST_GUESS = FIRST_MATCH + SHORTEST_MATCHES.length;
const GUESSES = N_RECALLED + 1; // what is recalled, and what the numbers of the line make of this one
const FIRST_STEP = FIRST_GUESS + GUESSES; // by each view
const FIRST_CORRECTED_STEP = FIRST_STEP + VIEWS;
const CONSTANT = FIRST_CORRECTED_STEP + VIEWS;
const INPUTS = CONSTANT + 1;

const STATES = N_LEVEL * N_LEVEL * 2;
const MATCH_CASES = (N_LEVEL + 1) * 3;
const MATCH_LEVELS = 32;
const MATCH_STATES = MATCH_LEVELS * (1 << RECENT) * 2;
const REMEMBERED = 6; // guesses at a field whose success is remembered
const GUESSED_FIELDS = 256;
const COLUMNS = 8; // of a field, that are told apart
const GUESS_STATES = (1 << REMEMBERED) * COLUMNS * 2;
const GUESS_CASES = 3 ** GUESSES;
const TEMPLATES = 1024; // of lines so far, by hash
const MOST_FIELDS = 32;
const CERTAINTIES = 8;
const CANDIDATES = 512; // symbols with weights of their own

const KEEP = 0.8; // of the strain, from one character to the next
const STRAINS = [0.02, 0.07, 0.2, 0.5, 1, 1.7, 2.5]; // nats a character, lately
const N_STRAIN = STRAINS.length + 1;

// The kinds of weights: chosen by the match and whether the long one agrees; by field; by the order and the transformer's
// answer; by the kinds of the last character and of the candidate; by how surprising the text was lately; by the
// candidate; by which guesses are there and agree with the candidate; by the line so far. Some keep learning fast.
/** @type {[number, number][]} */
const WEIGHTS = [
  [STAGES * MATCH_CASES, 0.015],
  [STAGES * MOST_FIELDS, 0.003],
  [STAGES * (ORDERS + 1) * CERTAINTIES, 0.003],
  [STAGES * 2 * KINDS * KINDS, 0.015],
  [STAGES * N_STRAIN, 0.001],
  [STAGES * CANDIDATES, 0.003],
  [STAGES * GUESS_CASES, 0.003],
  [STAGES * TEMPLATES, 0.005],
];

const NOTHING_RECALLED = new Int32Array(N_RECALLED);

/**
 * The probability of a yes where a context saw the candidate and others so often.
 * @param {number} state
 */
function contextPrior(state) {
  const pair = (state % STATES) >> 1;
  const yes = LEVELS[Math.floor(pair / N_LEVEL)];
  const no = LEVELS[pair % N_LEVEL];
  return yes + no ? (yes + 0.3) / (yes + no + 0.9) : 0.5;
}

function startWeights() {
  const start = new Float64Array(INPUTS).fill(0.05);
  start[STATIC] = 0.7;
  start[CORRECTED] = 0;
  start[CONSTANT] = 0;
  start.fill(0, FIRST_STEP, FIRST_CORRECTED_STEP);
  return start;
}

/** @param {number} length of a match, as one of 32 levels */
function matchLevel(length) {
  if (length < 16) return length;
  return length < 32 ? 16 + ((length - 16) >> 2) : 20 + Math.min(11, (length - 32) >> 4);
}

class Adaptive {
  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    fillTables();
    this.vocabulary = vocabulary;
    /** @type {Map<number, number>} symbols of characters that the vocabulary does not have */
    this.met = new Map();
    this.most = vocabulary.size + NEW_CHARACTERS;
    this.size = vocabulary.size; // symbols so far
    this.place = new Place();
    this.memory = new Memory();
    this.trail = new Trail();
    this.matches = SHORTEST_MATCHES.map((shortest) => new Match(shortest));
    this.relations = new Relations();
    this.steps = new Steps();
    this.digits = vocabulary.encode('0123456789');
    this.misses = new Uint8Array(GUESSES * GUESSED_FIELDS); // one bit for each of the last guesses, 1: it was wrong
    this.hashes = new Uint32Array(CONTEXTS);

    this.fixed = new Float64Array(this.most); // what the transformer predicts
    this.blend = new Float64Array(this.most); // what the orders predict together
    this.rank = new Float64Array(this.most);
    this.ones = new Float64Array(this.most); // how often each symbol came, lately
    this.allOnes = 0;
    this.pairs = new Float64Array(this.most * this.most); // the same after each symbol
    this.allPairs = new Float64Array(this.most);
    this.trust = new Float64Array(ORDERS + 1).fill(0.4); // in the blend, by the longest order known

    this.contextRates = new Rates(CONTEXTS * STAGES * STATES, contextPrior);
    this.matchRates = new Rates(SHORTEST_MATCHES.length * STAGES * MATCH_STATES, (state) =>
      state & 1 ? 0.9 : 0.05,
    );
    this.guessRates = new Rates(GUESSES * STAGES * GUESS_STATES, (state) => (state & 1 ? 0.7 : 0.1));
    this.correction = new Curves(STAGES);
    this.stepCorrections = Array.from({ length: VIEWS }, () => new Curves(STAGES * N_LEVEL));
    this.final = new Curves(STAGES * N_STRAIN);
    this.finalByMatch = new Curves(STAGES * MATCH_CASES);
    this.finalByTemplate = new Curves(STAGES * TEMPLATES);
    this.mixer = new Mixer(WEIGHTS, startWeights());
    this.inputs = new Float64Array(INPUTS);

    this.kinds = new Uint8Array(this.most); // of the symbols
    for (let i = 0; i < this.size; i++) this.kinds[i] = kindOf(Number(vocabulary.alphabet[i].codePointAt(0)));
    this.cost = 1; // nats a character, lately
    this.strain = 4; // the same as one of N_STRAIN levels
    this.order = 0; // the longest known
    this.orderScales = new Float64Array(ORDERS);
    this.left = 0; // of the fixed prediction, without the candidates that were ruled out
    this.leftOfBlend = 0;
    this.others = new Int32Array(CONTEXTS); // how often a context saw a candidate that is not ruled out
    this.contextStates = new Int32Array(CONTEXTS);
    this.matched = new Int32Array(SHORTEST_MATCHES.length); // predicted symbols, -1 being none
    this.matchPlaces = new Int32Array(SHORTEST_MATCHES.length); // the state of each but for its prediction
    this.matchStates = new Int32Array(SHORTEST_MATCHES.length);
    this.guesses = new Int32Array(GUESSES); // symbols; 0: none
    this.guessed = new Int32Array(GUESSES); // the same; -1: that one is ruled out
    this.guessPlaces = new Int32Array(GUESSES); // the state of each but for what it is
    this.guessStates = new Int32Array(GUESSES);
    this.digitOf = new Int8Array(this.most).fill(-1); // of the symbols; -1: it is none
    for (let digit = 0; digit < 10; digit++)
      if (this.digits[digit] !== ESCAPE) this.digitOf[this.digits[digit]] = digit;
    this.rememberWords(COMMON_TEXT);
  }

  /**
   * Remember which words a text has, and no more of it. Characters that the vocabulary does not have are left out.
   * @param {string} text
   */
  rememberWords(text) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const symbol = this.vocabulary.id(code);
      if (symbol === ESCAPE) continue;
      this.place.contexts(this.hashes, this.guesses);
      this.memory.recall(this.hashes);
      this.takeIn(symbol, code, OF_WORDS);
    }
  }

  /**
   * The bits of a character, given what was read before and the transformer's logits; then learn from it.
   * @param {Float64Array | undefined} logits [V]; without them all symbols so far are equally likely by the transformer
   * @param {number} code
   * @param {ArrayLike<number>} [recalled] the ids that are recalled for it [N_RECALLED]
   */
  charge(logits, code, recalled = NOTHING_RECALLED) {
    const symbol = this.symbolOf(code);
    this.findGuesses(recalled);
    this.place.contexts(this.hashes, this.guesses);
    this.memory.recall(this.hashes);
    this.predictFixed(logits);
    this.predictBlend();
    const trust = this.trust[this.order];
    this.rankSymbols(trust);
    const [fixed, blended] = [this.fixed[symbol], this.blend[symbol]];
    const nats = -ln(this.ask(symbol, trust));
    const share = (blended * trust) / (blended * trust + fixed * (1 - trust));
    this.trust[this.order] = Math.min(0.98, Math.max(0.02, trust + (share - trust) * 0.02));
    this.cost = this.cost * KEEP + nats * (1 - KEEP);
    this.strain = 0;
    while (this.strain < STRAINS.length && STRAINS[this.strain] < this.cost) this.strain++;
    this.learn(symbol, code);
    return nats / Math.LN2 + (symbol === ESCAPE ? escapeBits(code) : 0);
  }

  /**
   * What is recalled, and the next digit of the number that the others of its line make likely.
   * @param {ArrayLike<number>} recalled
   */
  findGuesses(recalled) {
    const { guesses, relations } = this;
    if (!relations.digits) relations.guessNumber(this.place.template);
    this.steps.expectDigit(this.place.template, this.place.templateAbove);
    const digit = relations.guessedDigit();
    for (let i = 0; i < N_RECALLED; i++) guesses[i] = recalled[i];
    guesses[N_RECALLED] = digit < 0 ? 0 : this.digits[digit];
  }

  /** @param {number} code */
  symbolOf(code) {
    const id = this.vocabulary.id(code);
    return id === ESCAPE ? (this.met.get(code) ?? ESCAPE) : id;
  }

  /**
   * What the transformer says. Half of its escape is for characters that were met before.
   * @param {Float64Array | undefined} logits
   */
  predictFixed(logits) {
    const { fixed, size } = this;
    if (!logits) {
      fixed.fill(1 / size, 0, size);
      return;
    }
    const known = logits.length;
    let top = logits[0];
    for (let i = 1; i < known; i++) if (logits[i] > top) top = logits[i];
    let sum = 0;
    for (let i = 0; i < known; i++) sum += fixed[i] = exp(logits[i] - top);
    const floor = LEAST / size;
    for (let i = 0; i < known; i++) fixed[i] = (fixed[i] / sum) * (1 - LEAST) + floor;
    if (size === known) return;
    fixed[ESCAPE] *= 0.5;
    const each = fixed[ESCAPE] / (size - known);
    for (let i = known; i < size; i++) fixed[i] = each;
  }

  /** Order 0 and 1 over all symbols, then what each longer order remembers, mixed in by how much it has seen. */
  predictBlend() {
    const { blend, size, ones, pairs, memory, orderScales } = this;
    this.order = memory.known[0] ? 1 : 0;
    let left = 1; // for the orders below
    for (let i = ORDERS - 1; i > 0; i--) {
      if (!memory.known[i]) continue;
      const ways = memory.ways(memory.slots[i]);
      orderScales[i] = left / (memory.seen(memory.slots[i]) + ways);
      left = ways * orderScales[i];
      this.order = Math.max(this.order, i + 1);
    }
    const row = this.place.last * this.most;
    const pairScale = left / (this.allPairs[this.place.last] + 2);
    const scale = (2 * pairScale) / (this.allOnes + 8);
    const unseen = 8 / size;
    for (let i = 0; i < size; i++) blend[i] = (ones[i] + unseen) * scale + pairs[row + i] * pairScale;
    for (let i = 1; i < ORDERS; i++) {
      if (!memory.known[i]) continue;
      const begin = memory.slots[i] * WAYS;
      for (let way = begin; way < begin + WAYS && memory.counts[way]; way++)
        blend[memory.symbols[way]] += memory.counts[way] * orderScales[i];
    }
  }

  /**
   * Put the symbols in order: both predictions, and a vote for what contexts, guesses and matches are sure of.
   * @param {number} trust
   */
  rankSymbols(trust) {
    const { rank, size, fixed, blend, memory, others, contextRates } = this;
    rank.fill(0, 0, size);
    for (let i = 0; i < CONTEXTS; i++) {
      others[i] = memory.known[i] ? memory.seen(memory.slots[i]) : 0;
      if (!others[i]) continue;
      const begin = memory.slots[i] * WAYS;
      for (let way = 0; way < WAYS && memory.counts[begin + way]; way++) {
        const p = contextRates.p[this.contextState(i, 0, memory.counts[begin + way], others[i], way === 0)];
        rank[memory.symbols[begin + way]] += 0.3 * p * p;
      }
    }
    for (let i = 0; i < size; i++) rank[i] += fixed[i] * (1 - trust) + blend[i] * trust;
    const { line } = this.place;
    const column = Math.min(COLUMNS - 1, line.inField);
    for (let i = 0; i < GUESSES; i++) {
      const guess = (this.guessed[i] = this.guesses[i]);
      if (guess <= 0) continue;
      this.guessPlaces[i] =
        this.misses[i * GUESSED_FIELDS + (line.field % GUESSED_FIELDS)] * COLUMNS + column;
      const p = this.guessRates.p[i * STAGES * GUESS_STATES + this.guessPlaces[i] * 2 + 1];
      rank[guess] += p * p;
    }
    this.rankDigits();
    for (let i = 0; i < this.matches.length; i++) {
      const match = this.matches[i];
      this.matched[i] = match.predicted(this.trail);
      this.matchPlaces[i] = (matchLevel(match.length) << RECENT) + match.misses;
      if (this.matched[i] < 0) continue;
      const p = this.matchRates.p[i * STAGES * MATCH_STATES + this.matchPlaces[i] * 2 + 1];
      rank[this.matched[i]] += p * p;
    }
  }

  /** A vote for each digit that may come next, by how far numbers went before. */
  rankDigits() {
    const { steps, digits, rank } = this;
    if (!steps.expects) return;
    for (let digit = 0; digit < 10; digit++) {
      if (digits[digit] === ESCAPE) continue;
      for (let view = 0; view < VIEWS; view++) {
        const share = steps.mass[view * 10 + digit] / steps.left[view];
        rank[digits[digit]] += 0.2 * share * share;
      }
    }
  }

  /**
   * @param {number} i
   * @param {number} stage
   * @param {number} yes how often the candidate was seen
   * @param {number} all how often any symbol was
   * @param {boolean} last whether the candidate came last
   */
  contextState(i, stage, yes, all, last) {
    const pair = LEVEL[yes] * N_LEVEL + LEVEL[Math.min(MOST, all - yes)];
    return (i * STAGES + stage) * STATES + pair * 2 + (last ? 1 : 0);
  }

  /**
   * The probability of a symbol, by asking for one candidate after the other and learning from each answer.
   * @param {number} symbol
   * @param {number} trust
   */
  ask(symbol, trust) {
    const { rank, size, fixed, blend } = this;
    let probability = 1;
    this.left = this.leftOfBlend = 1;
    for (let question = 0; question < size - 1; question++) {
      if (question === LAST_QUESTION) return probability * this.remainder(symbol, trust);
      const candidate = this.likeliest();
      const yes = this.answer(candidate, Math.min(question, STAGES - 1), candidate === symbol);
      if (candidate === symbol) return probability * yes;
      probability *= 1 - yes;
      this.left -= fixed[candidate];
      this.leftOfBlend -= blend[candidate];
      fixed[candidate] = blend[candidate] = 0;
      rank[candidate] = -1;
      for (let i = 0; i < this.matched.length; i++) if (this.matched[i] === candidate) this.matched[i] = -1;
      for (let i = 0; i < GUESSES; i++) if (this.guessed[i] === candidate) this.guessed[i] = -1;
      if (this.steps.expects && this.digitOf[candidate] >= 0) this.steps.ruleOut(this.digitOf[candidate]);
    }
    return probability;
  }

  /** The symbol with the highest rank. */
  likeliest() {
    const { rank, size } = this;
    let best = 0;
    for (let i = 1; i < size; i++) if (rank[i] > rank[best]) best = i;
    return best;
  }

  /**
   * @param {number} symbol
   * @param {number} trust
   */
  remainder(symbol, trust) {
    const { fixed, blend, size } = this;
    let left = 0;
    let leftOfBlend = 0;
    for (let i = 0; i < size; i++) {
      left += fixed[i];
      leftOfBlend += blend[i];
    }
    return (fixed[symbol] / left) * (1 - trust) + (blend[symbol] / leftOfBlend) * trust;
  }

  /**
   * The probability that the next symbol is this candidate, if it is none of those before. Then learn whether it is.
   * @param {number} candidate
   * @param {number} stage
   * @param {boolean} isIt
   */
  answer(candidate, stage, isIt) {
    const { inputs, mixer, correction, final, finalByMatch, finalByTemplate } = this;
    const truth = isIt ? 1 : 0;
    inputs[STATIC] = stretch(this.fixed[candidate] / this.left);
    inputs[CORRECTED] = stretch(correction.refine(stage, inputs[STATIC]));
    inputs[BLEND] = stretch(this.blend[candidate] / this.leftOfBlend);
    this.askContexts(candidate, stage);
    const expected = this.askMatches(candidate, stage);
    this.askGuesses(candidate, stage);
    const digit = this.steps.expects ? this.digitOf[candidate] : -1;
    this.askSteps(digit, stage);
    inputs[CONSTANT] = 0.3;
    this.chooseWeights(candidate, stage, expected);
    const x = mixer.mix(inputs, stage);
    const refined = final.refine(stage * N_STRAIN + this.strain, x);
    const refinedByMatch = finalByMatch.refine(mixer.chosen[0], x);
    const refinedByTemplate = finalByTemplate.refine(
      stage * TEMPLATES + (this.place.template % TEMPLATES),
      x,
    );
    const mixed = squash(x) * 0.3 + refined * 0.2 + refinedByMatch * 0.2 + refinedByTemplate * 0.3;
    const p = Math.min(Math.max(mixed, LEAST_ANSWER), 1 - LEAST_ANSWER);
    mixer.learn(inputs, truth);
    correction.learn(truth);
    if (digit >= 0) for (const curves of this.stepCorrections) curves.learn(truth);
    final.learn(truth);
    finalByMatch.learn(truth);
    finalByTemplate.learn(truth);
    for (const state of this.contextStates) if (state >= 0) this.contextRates.learn(state, truth);
    for (const state of this.guessStates) if (state >= 0) this.guessRates.learn(state, truth);
    for (const state of this.matchStates) if (state >= 0) this.matchRates.learn(state, truth);
    return p;
  }

  /**
   * @param {number} candidate
   * @param {number} stage
   */
  askContexts(candidate, stage) {
    const { inputs, memory, others, contextStates, contextRates } = this;
    for (let i = 0; i < CONTEXTS; i++) {
      contextStates[i] = -1;
      inputs[FIRST_CONTEXT + i] = 0;
      if (!others[i]) continue;
      const begin = memory.slots[i] * WAYS;
      let way = 0;
      while (way < WAYS && memory.counts[begin + way] && memory.symbols[begin + way] !== candidate) way++;
      const seen = way < WAYS ? memory.counts[begin + way] : 0;
      const state = this.contextState(i, stage, seen, others[i], way === 0);
      contextStates[i] = state;
      inputs[FIRST_CONTEXT + i] = STRETCHED[Math.floor(contextRates.p[state] * STRETCH_STEPS)];
      others[i] -= seen;
    }
  }

  /**
   * Whether a match expects the candidate.
   * @param {number} candidate
   * @param {number} stage
   */
  askMatches(candidate, stage) {
    const { inputs, matched, matchStates, matchRates } = this;
    let expected = false;
    for (let i = 0; i < matched.length; i++) {
      matchStates[i] = -1;
      inputs[FIRST_MATCH + i] = 0;
      if (matched[i] < 0) continue;
      const hit = matched[i] === candidate;
      const state = (i * STAGES + stage) * MATCH_STATES + this.matchPlaces[i] * 2 + (hit ? 1 : 0);
      matchStates[i] = state;
      inputs[FIRST_MATCH + i] = STRETCHED[Math.floor(matchRates.p[state] * STRETCH_STEPS)];
      expected ||= hit;
    }
    return expected;
  }

  /**
   * @param {number} candidate
   * @param {number} stage
   */
  askGuesses(candidate, stage) {
    const { inputs, guessed, guessStates, guessRates } = this;
    for (let i = 0; i < GUESSES; i++) {
      guessStates[i] = -1;
      inputs[FIRST_GUESS + i] = 0;
      if (guessed[i] <= 0) continue;
      const hit = guessed[i] === candidate ? 1 : 0;
      const state = (i * STAGES + stage) * GUESS_STATES + this.guessPlaces[i] * 2 + hit;
      guessStates[i] = state;
      inputs[FIRST_GUESS + i] = STRETCHED[Math.floor(guessRates.p[state] * STRETCH_STEPS)];
    }
  }

  /**
   * @param {number} digit that the candidate is; -1: none, or none can be told
   * @param {number} stage
   */
  askSteps(digit, stage) {
    const { inputs, steps } = this;
    for (let view = 0; view < VIEWS; view++) {
      let x = 0;
      let corrected = 0;
      if (digit >= 0) {
        const mass = steps.mass[view * 10 + digit];
        x = stretch(mass / Math.max(steps.left[view], mass));
        const row = stage * N_LEVEL + LEVEL[Math.min(MOST, steps.sureness[view])];
        corrected = stretch(this.stepCorrections[view].refine(row, x));
      }
      inputs[FIRST_STEP + view] = x;
      inputs[FIRST_CORRECTED_STEP + view] = corrected;
    }
  }

  /**
   * Which guesses are there, and whether each is the candidate, as one number below GUESS_CASES.
   * @param {number} candidate
   */
  guessCase(candidate) {
    let found = 0;
    for (const guess of this.guessed) found = found * 3 + (guess === 0 ? 0 : guess === candidate ? 1 : 2);
    return found;
  }

  /**
   * @param {number} candidate
   * @param {number} stage
   * @param {boolean} expected
   */
  chooseWeights(candidate, stage, expected) {
    const { matched, place } = this;
    const { chosen } = this.mixer;
    const length = matched[0] < 0 ? 0 : 1 + LEVEL[Math.min(MOST, this.matches[0].length)];
    const agreement = matched[1] < 0 ? 0 : matched[1] === matched[0] ? 1 : 2;
    const certainty = Math.min(CERTAINTIES - 1, Math.max(0, Math.floor(this.inputs[STATIC] + 3)));
    const kinds = place.kind * KINDS + this.kinds[candidate];
    chosen[0] = stage * MATCH_CASES + length * 3 + agreement;
    chosen[1] = stage * MOST_FIELDS + Math.min(MOST_FIELDS - 1, place.line.field);
    chosen[2] = (stage * (ORDERS + 1) + this.order) * CERTAINTIES + certainty;
    chosen[3] = (stage * 2 + (expected ? 1 : 0)) * KINDS * KINDS + kinds;
    chosen[4] = stage * N_STRAIN + this.strain;
    chosen[5] = stage * CANDIDATES + Math.min(CANDIDATES - 1, candidate);
    chosen[6] = stage * GUESS_CASES + this.guessCase(candidate);
    chosen[7] = stage * TEMPLATES + (place.template % TEMPLATES);
  }

  /**
   * @param {number} symbol
   * @param {number} code
   */
  learn(symbol, code) {
    this.learnGuesses(symbol, code);
    if (symbol === ESCAPE && this.size < this.most) {
      symbol = this.size++;
      this.met.set(code, symbol);
      this.kinds[symbol] = kindOf(code);
    }
    this.takeIn(symbol, code, EVERY);
  }

  /**
   * Go on in the text by one symbol.
   * @param {number} symbol
   * @param {number} code
   * @param {number[]} contexts that remember it
   */
  takeIn(symbol, code, contexts) {
    this.count(symbol);
    this.memory.learn(symbol, contexts);
    this.trail.add(symbol);
    this.place.read(symbol, code);
    for (const match of this.matches) match.advance(this.trail, this.place.template);
  }

  /**
   * Note which guesses were right, and read on in the numbers of the line.
   * @param {number} symbol
   * @param {number} code
   */
  learnGuesses(symbol, code) {
    const { guesses, misses } = this;
    const field = this.place.line.field % GUESSED_FIELDS;
    for (let i = 0; i < GUESSES; i++) {
      if (guesses[i] <= 0) continue;
      const at = i * GUESSED_FIELDS + field;
      misses[at] = ((misses[at] << 1) | (guesses[i] === symbol ? 0 : 1)) & ((1 << REMEMBERED) - 1);
    }
    this.steps.read(code);
    this.relations.read(code);
  }

  /** @param {number} symbol */
  count(symbol) {
    const { ones, pairs, allPairs, size } = this;
    const { last } = this.place;
    const row = last * this.most;
    ones[symbol] += 1;
    this.allOnes += 1;
    if (this.allOnes > 8192) this.allOnes = halved(ones, 0, size);
    pairs[row + symbol] += 1;
    allPairs[last] += 1;
    if (allPairs[last] > 1024) allPairs[last] = halved(pairs, row, size);
  }
}

/**
 * Halve some counts, and return their sum.
 * @param {Float64Array} counts
 * @param {number} begin
 * @param {number} size
 */
function halved(counts, begin, size) {
  let sum = 0;
  for (let i = begin; i < begin + size; i++) sum += counts[i] *= 0.5;
  return sum;
}
