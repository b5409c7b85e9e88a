// The long computations of the views. Each job is a generator that yields its results in parts, and undefined where it
// may pause. It runs in a worker, or on the page if the browser allows no worker.

/**
 * Judged lines of a log, in order. Entry i of each list is about line i.
 * @typedef {object} JudgedLines
 * @property {string[]} keys the words of lines, each once
 * @property {string[]} templates each once
 * @property {Uint32Array} keyOf the place of its words in `keys`
 * @property {Uint32Array} templateOf
 * @property {Float64Array} values scores of the strangest numbers
 * @property {Float64Array} seconds of the moments, NaN for none
 * @property {Float64Array} rounds
 * @property {Uint32Array} characters of each line, its newline included
 * @property {Float64Array} bits by the model; empty where it was not asked
 * @property {Float64Array} surprises by the model: see surprise.js
 */

/**
 * @typedef {object} ScoresRequest
 * @property {string[]} lines
 * @property {string[]} before lines that the model reads first
 * @property {Profile['places']} places of the profile
 * @property {boolean} isScored whether the model is asked
 */

/** @typedef {{ profile: Profile, expected: ExpectedLines | undefined }} Lesson what logs that were fine say */

/**
 * @typedef {object} FuturesRequest
 * @property {string[]} context
 * @property {string} begun
 * @property {SamplingOptions} options
 * @property {Profile} [profile] where noise is to be told from lines of the log
 */

/**
 * How a line may go on, the probability that a number comes next, and the characters that may come first.
 * @typedef {{ suggestions: Suggestion[], number: number, next: { character: string, probability: number }[] }} Suggestions
 */

const PART = 80; // milliseconds of work

/**
 * @param {Model} model
 * @param {ScoresRequest} request
 * @returns {Generator<JudgedLines | undefined, void, void>}
 */
function* scores(model, { lines, before, places, isScored }) {
  const judge = new Judge(Profile.of(places));
  const scored = isScored ? scoring(model, lines, before) : undefined;
  let part = new Part();
  for (let number = 0; number < lines.length;) {
    const score = scored?.next().value || undefined;
    if (score || !scored) part.add(judge, lines[number++], score);
    if (performance.now() > part.until) {
      if (part.lines.length) yield part.finished();
      part = new Part();
    }
    yield undefined;
  }
  yield part.finished();
}

/** Some judged lines, until they are yielded together. */
class Part {
  constructor() {
    this.until = performance.now() + PART;
    /** @type {Map<string, number>} */
    this.keys = new Map();
    /** @type {Map<string, number>} */
    this.templates = new Map();
    /** @type {{ key: number, template: number, value: number, moment: Moment | undefined, characters: number }[]} */
    this.lines = [];
    /** @type {{ bits: number, surprise: number }[]} */
    this.scored = [];
  }

  /**
   * @param {Judge} judge
   * @param {string} line
   * @param {LineScore | undefined} score
   */
  add(judge, line, score) {
    const { words, key, template, value, moment } = judge.judge(line);
    this.lines.push({
      key: entryOf(this.keys, key, () => this.keys.size),
      template: entryOf(this.templates, template, () => this.templates.size),
      value,
      moment,
      characters: characterCount(line) + 1,
    });
    if (score) {
      this.scored.push({ bits: score.bits, surprise: weightedSurprise(line, score.byCharacter, words) });
    }
  }

  /** @returns {JudgedLines} */
  finished() {
    const { keys, templates, lines, scored } = this;
    return {
      keys: Array.from(keys.keys()),
      templates: Array.from(templates.keys()),
      keyOf: Uint32Array.from(lines, ({ key }) => key),
      templateOf: Uint32Array.from(lines, ({ template }) => template),
      values: Float64Array.from(lines, ({ value }) => value),
      seconds: Float64Array.from(lines, ({ moment }) => moment?.seconds ?? NaN),
      rounds: Float64Array.from(lines, ({ moment }) => moment?.round ?? NaN),
      characters: Uint32Array.from(lines, ({ characters }) => characters),
      bits: Float64Array.from(scored, ({ bits }) => bits),
      surprises: Float64Array.from(scored, ({ surprise }) => surprise),
    };
  }
}

/**
 * Each line of a part as a check takes it.
 * @param {JudgedLines} part
 */
function judgementsIn(part) {
  return Array.from(part.keyOf, (key, i) => {
    const [seconds, round, characters] = [part.seconds[i], part.rounds[i], part.characters[i]];
    /** @type {Record<string, number>} */
    const figures = { characters };
    if (part.bits.length) Object.assign(figures, { bits: part.bits[i], surprise: part.surprises[i] });
    return {
      key: part.keys[key],
      template: part.templates[part.templateOf[i]],
      value: part.values[i],
      moment: Number.isNaN(seconds) ? undefined : { seconds, round },
      figures,
    };
  });
}

/** @type {{ session: number, table: Table, first: string[] } | undefined} */
let learned; // what was read of the logs that were fine, and the lines of the first

/**
 * Read lines of logs that were fine. A new session begins anew.
 * @param {Model} _
 * @param {{ session: number, lines: string[], begins: boolean }} request
 */
function* goodLines(_, { session, lines, begins }) {
  if (learned?.session !== session) learned = { session, table: new Table(), first: [] };
  learned.table.add(lines, begins);
  if (learned.table.logs.length === 1) learned.first.push(...lines);
  yield undefined;
}

/**
 * What the logs of a session say.
 * @param {Model} _
 * @param {{ session: number }} request
 * @returns {Generator<Lesson | undefined, void, void>}
 */
function* lesson(_, { session }) {
  if (learned?.session !== session) return;
  const { table, first } = learned;
  learned = undefined;
  yield learnFrom(table, first);
}

/**
 * @param {Model} model
 * @param {FuturesRequest} request
 */
function* futures(model, { context, begun, options, profile }) {
  const noise = profile && new Noise(Profile.of(profile), context);
  yield* continuing(model, context, { ...options, begun, noise });
}

/**
 * @param {Model} model
 * @param {{ context: string[], begun: string }} request
 * @returns {Generator<Suggestions | undefined, void, void>}
 */
function* suggestions(model, { context, begun }) {
  const state = primed(model, context, begun);
  yield undefined;
  const next = nextCharacters(state.logits, model.vocabulary);
  yield { ...suggest(state, begun), next };
}

/**
 * What lines need, in bits per character.
 * @param {Model} model
 * @param {{ lines: string[] }} request
 * @returns {Generator<{ bits: number } | undefined, void, void>}
 */
function* cost(model, { lines }) {
  /** @type {LineScore[]} */
  const scores = [];
  for (const score of scoring(model, lines)) {
    if (score) scores.push(score);
    yield undefined;
  }
  yield { bits: bitsPerCharacter(scores) };
}

const jobs = { scores, goodLines, lesson, futures, suggestions, cost };

/** @typedef {keyof typeof jobs} JobName */
