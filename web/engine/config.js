// The shape of a model, as in model/config.py.

/**
 * @typedef {object} Config
 * @property {number} n_layer
 * @property {number} n_head
 * @property {number} n_embd
 * @property {number} n_context tokens that a prediction can see, itself included
 * @property {number} n_position rows of wpe
 * @property {number} n_smear how many earlier characters are mixed into a token's embedding
 * @property {'columns'} positions a token's row of wpe is its column in its line
 * @property {boolean} final_norm
 */

const N_BUCKETS = 16; // of the attention bias: see positions.js

/**
 * The tensors of a model by name, in reading order; matrices are [n_out, n_in].
 * @param {Config} config
 * @param {number} vocabularySize
 */
function shapes(config, vocabularySize) {
  const c = config.n_embd;
  /** @type {Record<string, [number, number]>} */
  const all = { wte: [vocabularySize, c], wpe: [config.n_position, c] };
  if (config.n_smear) all.smear = [config.n_smear, c];
  for (let layer = 0; layer < config.n_layer; layer++) {
    const h = `h${layer}.`;
    all[h + 'bias'] = [config.n_head, N_BUCKETS];
    for (const name of ['wq', 'wk', 'wv', 'wo']) all[h + name] = [c, c];
    all[h + 'fc1'] = [4 * c, c];
    all[h + 'fc2'] = [c, 4 * c];
  }
  all.lm_head = [vocabularySize, c];
  return all;
}

/**
 * The config of a card, after the same checks as in model/config.py. Throws WeightsFileError.
 * @param {any} config
 * @returns {Config}
 */
function checkConfig(config) {
  const refuse = (/** @type {string} */ reason) => unusable(`the card does not describe a model: ${reason}`);
  if (!isObject(config)) throw refuse('it has no config');
  for (const name of ['n_layer', 'n_head', 'n_embd', 'n_context', 'n_position', 'n_smear']) {
    const least = name === 'n_smear' ? 0 : 1;
    if (!Number.isInteger(config[name]) || config[name] < least) throw refuse(`${name} is at least ${least}`);
  }
  const { n_head, n_embd, n_context, n_smear, positions, final_norm } = config;
  if (n_embd % n_head) throw refuse(`n_embd (${n_embd}) must be a multiple of n_head (${n_head})`);
  if (n_smear >= n_context) throw refuse(`n_smear is from 0 to n_context - 1, not ${n_smear}`);
  if (positions !== 'columns') throw refuse(`positions is "columns", not ${quoted(positions)}`);
  if (typeof final_norm !== 'boolean') throw refuse('final_norm is true or false');
  return config;
}
