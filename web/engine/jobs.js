// The long computations of the views. Each job is a generator that yields its results in parts, and undefined where it
// may pause. It runs in a worker, or on the page if the browser allows no worker.

/**
 * Scored lines of a log, in order. Entry i of each list is about line i; the bits of all characters are one list.
 * @typedef {object} ScoredLines
 * @property {number[]} bits of each line, by the model alone
 * @property {number[]} adapted bits of each line, where the page learns as it reads; else those of the model
 * @property {number[]} characters of each line, its newline included
 * @property {number[]} surprises how strange each line looks: see surprise.js
 * @property {string[]} keys equal for near-duplicates
 * @property {boolean[]} ignored
 * @property {Float32Array} byCharacter
 */

/**
 * @typedef {object} ScoresRequest
 * @property {string[]} lines
 * @property {string[]} before lines that are read first and not scored
 * @property {string[]} ignored patterns of lines that are not to be listed
 * @property {number} session if not 0, the lines follow those of the last request of this session
 * @property {boolean} learns whether a session learns from its lines as it reads them
 */

/**
 * @typedef {object} FuturesRequest
 * @property {string[]} context
 * @property {string} begun
 * @property {SamplingOptions} options
 */

/**
 * How a line may go on, and the characters that may come first.
 * @typedef {{ completions: Completion[], next: { character: string, probability: number }[] }} Suggestions
 */

const PART = 80; // milliseconds of work

/**
 * @param {Model} model
 * @param {ScoresRequest} request
 * @returns {Generator<ScoredLines | undefined, void, void>}
 */
function* scores(model, request) {
  const { lines, before, ignored, session } = request;
  const scored = session ? sessionScores(model, request) : scoring(model, lines, before);
  const patterns = ignored.map((pattern) => new RegExp(pattern));
  let part = new Part();
  for (let number = 0; number < lines.length;) {
    const score = scored.next().value;
    if (score) part.add(lines[number++], score, patterns);
    if (performance.now() > part.until) {
      if (part.scored.keys.length) yield part.finished();
      part = new Part();
    }
    yield undefined;
  }
  yield part.finished();
}

/** The scores of some lines, until they are yielded together. */
class Part {
  constructor() {
    this.until = performance.now() + PART;
    /** @type {Omit<ScoredLines, 'byCharacter'>} */
    this.scored = { bits: [], adapted: [], characters: [], surprises: [], keys: [], ignored: [] };
    /** @type {Float64Array[]} */
    this.byCharacter = [];
  }

  /**
   * @param {string} line
   * @param {LineScore} score
   * @param {RegExp[]} patterns
   */
  add(line, score, patterns) {
    const { scored } = this;
    scored.bits.push(score.staticBits);
    scored.adapted.push(score.bits);
    scored.characters.push(score.characters);
    const byCharacter = score.byCharacter;
    scored.surprises.push(weightedSurprise(line, byCharacter));
    scored.keys.push(foldingKey(line));
    scored.ignored.push(patterns.some((pattern) => pattern.test(line)));
    this.byCharacter.push(byCharacter);
  }

  finished() {
    const byCharacter = new Float32Array(this.scored.characters.reduce((sum, n) => sum + n, 0));
    let at = 0;
    for (const bits of this.byCharacter) {
      byCharacter.set(bits, at);
      at += bits.length;
    }
    return { ...this.scored, byCharacter };
  }
}

/** @type {{ session: number, lines: string[], scored: Generator<LineScore | undefined, void, void> } | undefined} */
let reading;

/**
 * The scores of a session, continued with these lines.
 * @param {Model} model
 * @param {ScoresRequest} request
 */
function sessionScores(model, { session, lines, learns }) {
  if (reading?.session !== session) {
    /** @type {string[]} */
    const queue = [];
    const adaptive = learns ? new Adaptive(model.vocabulary) : undefined;
    reading = { session, lines: queue, scored: scoring(model, drain(queue), [], adaptive) };
  }
  reading.lines.push(...lines);
  return reading.scored;
}

/**
 * @param {string[]} queue
 * @returns {Generator<string, void, void>}
 */
function* drain(queue) {
  for (let line = queue.shift(); line !== undefined; line = queue.shift()) yield line;
}

/**
 * @param {Model} model
 * @param {FuturesRequest} request
 */
function* futures(model, { context, begun, options }) {
  yield* continuing(model, context, { ...options, begun });
}

/**
 * @param {Model} model
 * @param {{ context: string[], begun: string, alternatives: number }} request
 * @returns {Generator<Suggestions | undefined, void, void>}
 */
function* suggestions(model, { context, begun, alternatives }) {
  const state = primed(model, context, begun);
  yield undefined;
  const next = nextCharacters(state.logits, model.vocabulary);
  yield { completions: completions(state, { alternatives }), next };
}

const jobs = { scores, futures, suggestions };

/** @typedef {keyof typeof jobs} JobName */
