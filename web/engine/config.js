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
 * @property {boolean} recall whether the last layer gets what followed earlier lines
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
  if (config.recall) all.recall = [N_RECALLED, c];
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

const MOST_SIZES = { n_layer: 64, n_head: 32, n_embd: 4096, n_context: 4096, n_position: 4096 };
const CONFIG = [...Object.keys(MOST_SIZES), 'n_smear', 'final_norm'];

/**
 * The config of a card, after the same checks as in model/config.py. Throws WeightsFileError.
 * @param {any} given
 * @param {boolean} hasRecall whether the format of the file knows recall
 * @returns {Config}
 */
function checkConfig(given, hasRecall) {
  const names = hasRecall ? [...CONFIG, 'recall'] : CONFIG;
  const refuse = (/** @type {string} */ reason) => unusable(`the card does not describe a model: ${reason}`);
  const isWholeConfig =
    isObject(given) && String(Object.keys(given).sort()) === String([...names, 'positions'].sort());
  if (!isWholeConfig) throw refuse(`its config has not exactly ${names.join(', ')} and positions`);
  const config = { recall: false, ...given };
  if (config.positions !== 'columns')
    throw refuse("its positions are not 'columns', which this version reads");
  const { n_head, n_embd, n_context, n_smear } = config;
  if (![...Object.keys(MOST_SIZES), 'n_smear'].every((name) => Number.isInteger(config[name])))
    throw refuse('every size of a model is a whole number');
  for (const [name, most] of Object.entries(MOST_SIZES)) {
    const size = config[name];
    if (size < 1 || size > most)
      throw refuse(`${name} is from 1 to ${formatCount(most)}, not ${formatCount(size)}`);
  }
  for (const name of ['final_norm', 'recall'])
    if (typeof config[name] !== 'boolean') throw refuse(`${name} is true or false`);
  if (n_embd % n_head) throw refuse(`n_embd (${n_embd}) must be a multiple of n_head (${n_head})`);
  if (n_smear < 0 || n_smear >= n_context) throw refuse(`n_smear is from 0 to n_context - 1, not ${n_smear}`);
  return config;
}
