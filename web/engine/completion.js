// The most likely ways to complete a line, with their probabilities.

/**
 * The rest of a line without its newline, and the probability of just this rest and the newline after it.
 * @typedef {{ text: string, probability: number }} Completion
 */

/**
 * @typedef {object} CompletionOptions
 * @property {number} [alternatives] how many completions at most
 * @property {number} [longest] characters of a completion
 */

const LONGEST_REST = 400;

/**
 * The most likely completions of a line that begins after the lines of `context`, best first. Empty if no likely
 * completion is short enough.
 * @param {Model} model
 * @param {string[]} context
 * @param {string} begun
 * @param {CompletionOptions} [options]
 * @returns {Completion[]}
 */
function complete(model, context, begun, options) {
  return completions(primed(model, context, begun), options);
}

/**
 * The same for a text that was read already. The state does not change.
 * @param {State} state
 * @param {CompletionOptions} [options]
 * @returns {Completion[]}
 */
function completions(state, { alternatives = 3, longest = LONGEST_REST } = {}) {
  /** @type {{ state: State, tokens: number[], probability: number }[]} */
  let open = [{ state, tokens: [], probability: 1 }];
  /** @type {Completion[]} */
  let found = [];
  for (let length = 0; open.length && length <= longest; length++) {
    const steps = open.flatMap((from) =>
      likeliest(from.state.logits, alternatives).map(({ token, probability }) => ({
        from,
        token,
        probability: from.probability * probability,
      })),
    );
    steps.sort((a, b) => b.probability - a.probability);
    for (const { from, token, probability } of steps.slice(0, alternatives)) {
      if (token === NEWLINE) found.push({ text: state.model.vocabulary.decode(from.tokens), probability });
    }
    found = found.sort((a, b) => b.probability - a.probability).slice(0, alternatives);
    const worst = found.length < alternatives ? 0 : found[alternatives - 1].probability;
    const likely = steps
      .slice(0, alternatives)
      .filter(({ token, probability }) => token !== NEWLINE && probability > worst);
    open = likely.map(({ from, token, probability }) => ({
      state: from.state.copy(),
      tokens: [...from.tokens, token],
      probability,
    }));
    readSideBySide(
      open.map((next) => next.state),
      likely.map(({ token }) => token),
    );
  }
  return found;
}

/**
 * @param {Float64Array} logits [V]
 * @param {number} count
 */
function likeliest(logits, count) {
  return distribution(logits)
    .filter(({ token }) => token !== ESCAPE)
    .slice(0, count);
}

/**
 * Every id and its probability, best first; of two equals the lower id comes first.
 * @param {Float64Array} logits [V]
 */
function distribution(logits) {
  const p = logits.slice();
  softmax(p, p.length);
  const all = Array.from(p, (probability, token) => ({ token, probability }));
  return all.sort((a, b) => b.probability - a.probability);
}

/**
 * The characters that may come next, best first. U+FFFD stands for every character that the vocabulary does not have.
 * @param {Float64Array} logits [V]
 * @param {Vocabulary} vocabulary
 * @returns {{ character: string, probability: number }[]}
 */
function nextCharacters(logits, vocabulary) {
  return distribution(logits).map(({ token, probability }) => ({
    character: vocabulary.decode([token]),
    probability,
  }));
}
