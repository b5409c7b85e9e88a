// How surprising lines are, in bits, as in model/scoring.py.

/**
 * What one line cost.
 * @typedef {object} LineScore
 * @property {number} number from 1
 * @property {number} bits
 * @property {number} characters its newline included
 * @property {Float64Array} byCharacter
 * @property {number} staticBits by the weights alone: differs from `bits` when a learner read along
 */

/**
 * Score lines one after the other. The lines of `context` are read first and not scored. Yields the score of each line,
 * and undefined wherever the caller may pause.
 * @param {Model} model
 * @param {Iterable<string>} lines
 * @param {Iterable<string>} [context]
 * @param {Adaptive} [adaptive] learns from what is read, and is mixed with the model
 * @returns {Generator<LineScore | undefined, void, void>}
 */
function* scoring(model, lines, context = [], adaptive = undefined) {
  const state = new State(model);
  state.read(NEWLINE);
  for (const line of adaptive ? context : skimmed(state, Array.from(context))) {
    const codes = codePoints(line + '\n');
    const tokens = codes.map((code) => model.vocabulary.id(code));
    for (let i = 0; i < tokens.length; i += ROWS, yield undefined) {
      const block = tokens.subarray(i, i + ROWS);
      if (adaptive) scoreBlock(new Float64Array(block.length), state, block, codes.subarray(i), adaptive);
      else state.readBlock(block, block.length - 1);
    }
  }
  let number = 0;
  for (const line of lines) {
    const codes = codePoints(line + '\n');
    const tokens = codes.map((code) => model.vocabulary.id(code));
    const byCharacter = new Float64Array(codes.length);
    let staticBits = 0;
    for (let i = 0; i < tokens.length; i += ROWS, yield undefined) {
      const bits = byCharacter.subarray(i, i + ROWS);
      staticBits += scoreBlock(bits, state, tokens.subarray(i, i + ROWS), codes.subarray(i), adaptive);
    }
    yield {
      number: ++number,
      bits: byCharacter.reduce((sum, bits) => sum + bits, 0),
      characters: codes.length,
      byCharacter,
      staticBits,
    };
  }
}

/**
 * Note what the lines of a context may recall. Returns those of them that the transformer sees.
 * @param {State} state
 * @param {string[]} context
 */
function skimmed(state, context) {
  const { config, vocabulary } = state.model;
  const seen = visibleTail(config, context);
  const near = lastLinesOf(seen, sight(config));
  const far = seen.slice(0, seen.length - near.length).map((line) => line + '\n');
  state.skim(vocabulary.encode(far.join('')));
  return near;
}

/**
 * Read a block of tokens and write the bits of each. Returns the bits of all by the weights alone.
 * @param {Float64Array} bits [n]
 * @param {State} state
 * @param {Int32Array} tokens [n], ROWS at most
 * @param {Int32Array} codes of the tokens
 * @param {Adaptive} [adaptive]
 */
function scoreBlock(bits, state, tokens, codes, adaptive) {
  const { logits, head, guesses } = state.forwardPass;
  const size = state.logits.length;
  const first = state.logits.slice();
  const recalledFirst = state.recall.guesses.slice();
  state.readBlock(tokens, 0);
  let staticBits = 0;
  for (let i = 0; i < tokens.length; i++) {
    const predicted = i ? logits.subarray((i - 1) * head.n_out, (i - 1) * head.n_out + size) : first;
    const escaped = tokens[i] === ESCAPE ? escapeBits(codes[i]) : 0;
    const alone = tokenBits(predicted, tokens[i]) + escaped;
    const recalled = i ? guesses.subarray((i - 1) * N_RECALLED, i * N_RECALLED) : recalledFirst;
    bits[i] = adaptive ? adaptive.charge(predicted, codes[i], recalled) : alone;
    staticBits += alone;
  }
  return staticBits;
}

/**
 * Score lines one after the other. The lines of `context` are read first and not scored.
 * @param {Model} model
 * @param {Iterable<string>} lines
 * @param {Iterable<string>} [context]
 * @param {Adaptive} [adaptive]
 */
function scoreLines(model, lines, context, adaptive) {
  return Array.from(scoring(model, lines, context, adaptive)).filter((score) => score !== undefined);
}

/**
 * −log2 of the probability that the logits give a token.
 * @param {Float64Array} logits [V]
 * @param {number} token
 */
function tokenBits(logits, token) {
  let top = logits[0];
  for (let i = 1; i < logits.length; i++) if (logits[i] > top) top = logits[i];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += exp(logits[i] - top);
  return (top + Math.log(total) - logits[token]) / Math.LN2;
}

/**
 * The one score of many lines.
 * @param {Iterable<LineScore>} scores
 */
function bitsPerCharacter(scores) {
  let bits = 0;
  let characters = 0;
  for (const score of scores) {
    bits += score.bits;
    characters += score.characters;
  }
  return characters ? bits / characters : 0;
}
