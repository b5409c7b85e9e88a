// The weights file, read and checked as in model/weights_file.py: weights.js assigns the base64 of a safetensors file whose
// metadata holds the card. Everything is checked before it is used.

/** @typedef {Record<string, any>} Card */

/** @typedef {'missing' | 'newer' | 'older' | 'foreign' | 'damaged'} Fault */

const FORMAT = 2;
const BEFORE_RECALL = 1; // the format of models without recall, which is read too
const LARGEST_FILE = 103_424; // bytes: 101 KB
const TENSOR_NAME = /^[A-Za-z0-9._]{1,40}$/;
const ITEM_SIZES = { I8: 1, F16: 2, U8: 1 }; // bytes
const GOLDEN_TOLERANCE = 1e-6; // bits

/** A weights file that must not be used; the message says why. */
class WeightsFileError extends Error {
  /**
   * @param {Fault} fault
   * @param {string} message
   */
  constructor(fault, message) {
    super(message);
    this.name = 'WeightsFileError';
    this.fault = fault;
  }
}

/**
 * What a weights file holds.
 * @typedef {object} WeightsFile
 * @property {Model} model
 * @property {Card} card
 * @property {Profile | undefined} profile of normal lines; a model of an older version has none
 */

/**
 * What `weights.js` assigned, after all checks. Throws WeightsFileError, which says what is wrong.
 * @param {unknown} base64
 * @returns {WeightsFile}
 */
function decodeWeights(base64) {
  const file = readWeights(base64);
  checkGolden(file.model, file.card);
  return file;
}

/**
 * The same without the golden check. For callers that show something first and call `checkGolden` right after.
 * @param {unknown} base64
 * @returns {WeightsFile}
 */
function readWeights(base64) {
  const { header, tensorBytes } = splitHeader(decodeBase64(base64));
  const { __metadata__: metadata, ...entries } = header;
  if (typeof metadata?.card !== 'string') {
    throw new WeightsFileError(
      'foreign',
      'not a Logling weights file: it is a safetensors file without a card',
    );
  }
  const card = parseCard(metadata.card);
  const crc = crc32(tensorBytes, crc32(new TextEncoder().encode(metadata.card)));
  if (Object.keys(metadata).length !== 2 || metadata.crc32 !== crc.toString(16).padStart(8, '0')) {
    throw damaged('its checksum does not match its contents');
  }
  const tensors = readTensors(entries, tensorBytes);
  const model = assemble(card, tensors);
  readingsOf(card);
  return { model, card, profile: profileOf(card, tensors) };
}

/**
 * @param {Card} card
 * @param {Map<string, Tensor>} tensors
 */
function profileOf(card, tensors) {
  if (!Object.hasOwn(card, 'profile')) return undefined;
  const tensor = tensors.get('profile');
  if (!tensor) throw unusable("the weights file lacks the tensor 'profile'");
  return unpackProfile(card.profile, tensor.bytes);
}

/** @param {string} message */
function unusable(message) {
  return new WeightsFileError('damaged', message);
}

/** @param {string} reason */
function damaged(reason) {
  return unusable(`the weights file was altered or damaged: ${reason}`);
}

/**
 * @param {unknown} base64
 * @returns {Uint8Array}
 */
function decodeBase64(base64) {
  if (typeof base64 !== 'string') {
    throw new WeightsFileError('foreign', 'not a Logling weights file: it does not assign LOGLING_WEIGHTS');
  }
  if (base64.length > LARGEST_FILE) {
    const [size, most] = [base64.length, LARGEST_FILE].map(formatCount);
    throw new WeightsFileError(
      'foreign',
      `not a Logling weights file: it has ${size} bytes, more than ${most}`,
    );
  }
  try {
    const binary = atob(base64);
    if (btoa(binary) === base64) return bytesOf(binary);
  } catch {
    // Not base64.
  }
  throw damaged('its base64 is wrong');
}

/**
 * @param {string} binary
 */
function bytesOf(binary) {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * The JSON header of safetensors bytes, and the tensors' bytes behind it.
 * @param {Uint8Array} data
 */
function splitHeader(data) {
  const view = new DataView(data.buffer);
  const size = data.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (size > data.length - 8) {
    throw unusable('the weights file is truncated: it ends inside its header');
  }
  const header = parseJson(asciiText(data.subarray(8, 8 + size)), 'header');
  if (!isObject(header)) throw damaged('its header is not an object');
  return { header, tensorBytes: data.subarray(8 + size) };
}

/** @param {Uint8Array} bytes of the header */
function asciiText(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged('its header is not UTF-8');
  }
}

/**
 * @param {string} json
 * @param {string} what
 * @returns {any}
 */
function parseJson(json, what) {
  try {
    return parseStrict(json);
  } catch (error) {
    throw damaged(`its ${what} ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {string} text
 * @returns {Card}
 */
function parseCard(text) {
  const card = parseJson(text, 'card');
  if (!isObject(card) || !isWhole(card.format)) {
    throw new WeightsFileError('foreign', 'not a Logling weights file: its card has no format number');
  }
  if (card.format !== FORMAT && card.format !== BEFORE_RECALL) {
    const newer = card.format > FORMAT;
    const fix = newer ? 'update Logling' : 'retrain to write a new file';
    throw new WeightsFileError(
      newer ? 'newer' : 'older',
      `the weights file has format ${card.format}, this version reads format ${FORMAT}: ${fix}`,
    );
  }
  checkFacts(card);
  return card;
}

/** @param {unknown} value */
function quoted(value) {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

/**
 * CRC-32 as in zlib.
 * @param {Uint8Array} bytes
 * @param {number} [before] the CRC-32 of the bytes before these
 */
function crc32(bytes, before = 0) {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

/**
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {DataView} bytes
 */

/**
 * The tensors by name. They must lie one behind the other, from the first byte to the last.
 * @param {Record<string, any>} header without its metadata
 * @param {Uint8Array} tensorBytes
 */
function readTensors(header, tensorBytes) {
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  let end = 0;
  const entries = Object.entries(header);
  for (const [name, entry] of entries) checkEntry(name, entry);
  entries.sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const expected = name === 'profile' ? 'U8' : name.endsWith('.scale') ? 'F16' : 'I8';
    if (name === 'profile' && (dtype !== expected || shape.length !== 1))
      throw unusable('the profile is not one row of bytes');
    if (dtype !== expected) throw unusable(`the tensor '${name}' has type ${dtype}, not ${expected}`);
    const begin = end;
    end += shape.reduce(
      (/** @type {number} */ n, /** @type {number} */ side) => n * side,
      ITEM_SIZES[expected],
    );
    if (data_offsets[0] !== begin || data_offsets[1] !== end || end > tensorBytes.length)
      throw damaged(`the tensor '${name}' does not lie where it must`);
    tensors.set(name, {
      shape,
      bytes: new DataView(tensorBytes.buffer, tensorBytes.byteOffset + begin, end - begin),
    });
  }
  if (end !== tensorBytes.length) throw damaged('bytes behind its tensors belong to none');
  return tensors;
}

/**
 * Throws WeightsFileError if the header does not say all of a tensor.
 * @param {string} name
 * @param {any} entry
 */
function checkEntry(name, entry) {
  if (!TENSOR_NAME.test(name)) throw damaged('its header has a tensor of an impossible name');
  const areWholes = (/** @type {any} */ values) => Array.isArray(values) && values.every(isWhole);
  const isWholeEntry =
    isObject(entry) &&
    String(Object.keys(entry).sort()) === 'data_offsets,dtype,shape' &&
    typeof entry.dtype === 'string' &&
    /^[A-Z0-9_]{1,8}$/.test(entry.dtype) &&
    areWholes(entry.shape) &&
    areWholes(entry.data_offsets) &&
    entry.shape.length <= 2 &&
    entry.data_offsets.length === 2;
  if (!isWholeEntry) throw damaged(`its header does not describe the tensor '${name}'`);
}

/**
 * The model that the card describes, with the weights of the tensors.
 * @param {Card} card
 * @param {Map<string, Tensor>} tensors
 * @returns {Model}
 */
function assemble(card, tensors) {
  const config = checkConfig(card.config, card.format !== BEFORE_RECALL);
  const vocabulary = vocabularyOf(card.vocabulary);
  /** @type {Model['weights']} */
  const weights = {};
  const known = new Set(['profile']);
  let parameters = 0;
  for (const [name, shape] of Object.entries(shapes(config, vocabulary.size))) {
    const [steps, scales] = [tensors.get(name), tensors.get(name + '.scale')];
    if (!steps || !scales) throw unusable(`the weights file lacks the tensor '${name}'`);
    if (String(steps.shape) !== String(shape) || String(scales.shape) !== String(shape.slice(0, 1))) {
      const [given, said] = [steps.shape, shape].map((sides) => `[${sides.join(', ')}]`);
      throw unusable(`the tensor '${name}' has shape ${given}, the card says ${said}`);
    }
    weights[name] = dequantise(steps.bytes, scales.bytes, shape);
    if (!areFinite(scales.bytes)) throw damaged(`a scale of the tensor '${name}' is no number`);
    known.add(name).add(name + '.scale');
    parameters += weights[name].length;
  }
  const [unknown] = Array.from(tensors.keys())
    .filter((name) => !known.has(name))
    .sort();
  if (unknown !== undefined) throw damaged(`the card knows no tensor '${unknown}'`);
  if (card.parameters !== parameters) throw unusable('the card does not say how many parameters there are');
  return { config, vocabulary, weights };
}

/** @param {unknown} characters */
function vocabularyOf(characters) {
  if (typeof characters !== 'string')
    throw unusable('the card does not describe a model: it has no vocabulary');
  const vocabulary = new Vocabulary(characters);
  if (new Set(vocabulary.alphabet.slice(1)).size < vocabulary.alphabet.length - 1)
    throw unusable('the card does not describe a model: a character has two ids');
  return vocabulary;
}

/**
 * Score the golden text here. Throws WeightsFileError unless the score is the card's.
 * @param {Model} model
 * @param {Card} card
 */
function checkGolden(model, card) {
  if (!Object.hasOwn(card, 'golden')) throw unusable('the card has no golden entry');
  const { text, bits: expected } = card.golden;
  const bits = scoreLines(model, text.split('\n')).reduce((sum, score) => sum + score.bits, 0);
  if (!(Math.abs(bits - expected) <= GOLDEN_TOLERANCE)) {
    throw unusable(`the golden text costs ${bits} bits here, the card says ${expected}: do not trust it`);
  }
}
