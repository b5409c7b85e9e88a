// Loads weights. In a page of one model index.html names weights.js, and nothing is loaded here. In a page of several it names
// models.js in its place, the list of the models, and each of them is loaded when it is first needed: a script, as a page from
// file:// can load nothing else.

const LIST = 'models.js';
const MODEL_NAME = /^(?:\.|[a-z0-9][a-z0-9._-]{0,39})$/; // a folder of this page; "." is the page's own
const MOST_MODELS = 10_000;

/**
 * Where the weights of a model are.
 * @param {string} name
 */
function weightsAddress(name) {
  return name === '.' ? 'weights.js' : `${name}/weights.js`;
}

/** Whether this is a page of several models. */
function listsModels() {
  return Boolean(document.querySelector(`script[src="${LIST}"]`));
}

/** The names of the models, or undefined in a page of one. Throws WeightsFileError. */
function listedModels() {
  if (!listsModels()) return undefined;
  const names = assignedBy(LIST, 'LOGLING_MODELS', 'list of models', Array.isArray);
  const areNames = names.every(
    (/** @type {unknown} */ name) => typeof name === 'string' && MODEL_NAME.test(name),
  );
  if (!areNames || names.length > MOST_MODELS || new Set(names).size < names.length) {
    throw new WeightsFileError('foreign', `${LIST} does not just list names of models`);
  }
  if (!names.length) throw new WeightsFileError('missing', `${LIST} lists no model.`);
  return /** @type {string[]} */ (names);
}

/**
 * What a script assigned to a global: a value as an assignment leaves it, and nothing beside it. Throws WeightsFileError.
 * @param {string} file
 * @param {string} name of the global
 * @param {string} what it should be
 * @param {(value: unknown) => boolean} isWanted
 * @returns {any}
 */
function assignedBy(file, name, what, isWanted) {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  /** @type {unknown} */
  const assigned = property?.value;
  if (loading.missing) throw new WeightsFileError('missing', `The file ${file} is not beside this page.`);
  if (loading.broken && assigned === undefined) {
    throw new WeightsFileError(
      'damaged',
      `the ${what} is truncated or altered: it cannot be read as a script`,
    );
  }
  if (!property) throw new WeightsFileError('foreign', `not a Logling ${what}: it does not assign ${name}`);
  const isAssigned = property.writable && property.enumerable && property.configurable;
  if (!isAssigned || !isWanted(assigned)) {
    const kind = isWanted('') ? 'text' : 'list';
    throw new WeightsFileError('foreign', `${file} does not just assign a ${kind} to ${name}`);
  }
  return assigned;
}

/**
 * What the weights file of a model assigned.
 * @param {string} [name]
 * @returns {string}
 */
function assignedWeights(name = '.') {
  const isText = (/** @type {unknown} */ value) => typeof value === 'string';
  return assignedBy(weightsAddress(name), 'LOGLING_WEIGHTS', 'weights file', isText);
}

/** @type {Map<string, string>} */
const loadedWeights = new Map();

/** @type {Promise<unknown>} */
let loadedBefore = Promise.resolve();

/**
 * The weights of one of several models, as base64. Rejects with WeightsFileError. They are loaded one after the other, since
 * all files assign the same global.
 * @param {string} name
 * @returns {Promise<string>}
 */
function loadWeights(name) {
  const loaded = loadedBefore.then(async () => loadedWeights.get(name) ?? addWeights(name));
  loadedBefore = loaded.catch(() => undefined);
  return loaded;
}

/** @param {string} name */
async function addWeights(name) {
  Reflect.deleteProperty(globalThis, 'LOGLING_WEIGHTS');
  Object.assign(loading, { missing: false, broken: false, underWay: true });
  const script = document.createElement('script');
  await new Promise((resolve) => {
    script.onload = script.onerror = resolve;
    Reflect.set(script, 'src', scriptUrl(weightsAddress(name)));
    document.body.append(script);
  });
  script.remove();
  loading.underWay = false;
  const base64 = assignedWeights(name);
  loadedWeights.set(name, base64);
  return base64;
}
