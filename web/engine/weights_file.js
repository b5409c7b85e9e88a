// The weights file, read and checked as in model/weights_file.py: weights.js assigns the base64 of a safetensors file whose
// metadata holds the card. Everything is checked before it is used.

/** @typedef {Record<string, any>} Card */

/** @typedef {'missing' | 'newer' | 'older' | 'foreign' | 'damaged'} Fault */

const FORMAT = 1;
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
  const data = decodeBase64(base64);
  const { header, tensorBytes } = splitHeader(data);
  const metadata = header.__metadata__;
  if (typeof metadata?.card !== 'string') {
    throw new WeightsFileError(
      'foreign',
      'not a Logling weights file: it is a safetensors file without a card',
    );
  }
  const card = parseCard(metadata.card);
  const crc = crc32(tensorBytes, crc32(new TextEncoder().encode(metadata.card)));
  if (metadata.crc32 !== crc.toString(16).padStart(8, '0')) {
    throw damaged('its checksum does not match its contents');
  }
  return { model: assemble(card, header, tensorBytes), card, profile: profileOf(card, header, tensorBytes) };
}

/**
 * @param {Card} card
 * @param {Record<string, any>} header
 * @param {Uint8Array} tensorBytes
 */
function profileOf(card, header, tensorBytes) {
  if (!('profile' in card)) return undefined;
  const { shape, bytes } = tensorAt(header, tensorBytes, 'profile', 'U8', 1);
  if (shape.length !== 1) throw unusable('the profile is not one row of bytes');
  return unpackProfile(card.profile, bytes);
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
  if (/[^A-Za-z0-9+/=]/.test(base64) || base64.length % 4) throw damaged('its base64 is wrong');
  try {
    return bytesOf(atob(base64));
  } catch {
    throw damaged('its base64 is wrong');
  }
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
  const header = parseJson(new TextDecoder().decode(data.subarray(8, 8 + size)), 'header');
  if (!isObject(header)) throw damaged('its header is not an object');
  return { header, tensorBytes: data.subarray(8 + size) };
}

/**
 * @param {string} json
 * @param {string} what
 * @returns {any}
 */
function parseJson(json, what) {
  try {
    return JSON.parse(json);
  } catch {
    throw damaged(`its ${what} is not JSON`);
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
  if (!isObject(card) || !('format' in card)) {
    throw new WeightsFileError('foreign', 'not a Logling weights file: its card has no format number');
  }
  if (card.format !== FORMAT) {
    const newer = Number.isInteger(card.format) && card.format > FORMAT;
    const fix = newer ? 'update Logling' : 'retrain to write a new file';
    throw new WeightsFileError(
      newer ? 'newer' : 'older',
      `the weights file has format ${quoted(card.format)}, this version reads format ${FORMAT}: ${fix}`,
    );
  }
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
 * The model that the card describes, with the weights of the tensors.
 * @param {Card} card
 * @param {Record<string, any>} header
 * @param {Uint8Array} tensorBytes
 * @returns {Model}
 */
function assemble(card, header, tensorBytes) {
  const config = checkConfig(card.config);
  if (typeof card.vocabulary !== 'string') {
    throw unusable('the card does not describe a model: it has no vocabulary');
  }
  const vocabulary = new Vocabulary(card.vocabulary);
  /** @type {Model['weights']} */
  const weights = {};
  for (const [name, shape] of Object.entries(shapes(config, vocabulary.size))) {
    const steps = tensorAt(header, tensorBytes, name, 'I8', 1);
    const scales = tensorAt(header, tensorBytes, name + '.scale', 'F16', 2);
    if (String(steps.shape) !== String(shape) || String(scales.shape) !== String(shape.slice(0, 1))) {
      const [given, said] = [steps.shape, shape].map((sides) => `[${sides.join(', ')}]`);
      throw unusable(`the tensor '${name}' has shape ${given}, the card says ${said}`);
    }
    weights[name] = dequantise(steps.bytes, scales.bytes, shape);
  }
  return { config, vocabulary, weights };
}

/**
 * @param {Record<string, any>} header
 * @param {Uint8Array} tensorBytes
 * @param {string} name
 * @param {string} dtype
 * @param {number} itemSize bytes
 * @returns {{ shape: number[], bytes: DataView }}
 */
function tensorAt(header, tensorBytes, name, dtype, itemSize) {
  const entry = header[name];
  if (!isObject(entry) || !Array.isArray(entry.shape) || !Array.isArray(entry.data_offsets)) {
    throw unusable(`the weights file lacks the tensor '${name.replace(/\.scale$/, '')}'`);
  }
  if (entry.dtype !== dtype) throw unusable(`the tensor '${name}' has type ${entry.dtype}, not ${dtype}`);
  const [begin, end] = entry.data_offsets;
  const items = entry.shape.reduce((/** @type {number} */ n, /** @type {number} */ side) => n * side, 1);
  if (!(begin >= 0 && end <= tensorBytes.length && end - begin === items * itemSize)) {
    throw damaged(`the tensor '${name}' does not lie inside the file`);
  }
  return {
    shape: entry.shape,
    bytes: new DataView(tensorBytes.buffer, tensorBytes.byteOffset + begin, end - begin),
  };
}

/**
 * Score the golden text here. Throws WeightsFileError unless the score is the card's.
 * @param {Model} model
 * @param {Card} card
 */
function checkGolden(model, card) {
  const { text, bits: expected } = card.golden ?? {};
  if (typeof text !== 'string' || typeof expected !== 'number')
    throw unusable('the card has no golden entry');
  const bits = scoreLines(model, text.split('\n')).reduce((sum, score) => sum + score.bits, 0);
  if (!(Math.abs(bits - expected) <= GOLDEN_TOLERANCE)) {
    throw unusable(`the golden text costs ${bits} bits here, the card says ${expected}: do not trust it`);
  }
}
