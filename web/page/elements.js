// Elements and figures as all views make them. Text goes into the document as text nodes only, whatever it looks
// like.

/**
 * The element of an id, which must be in index.html.
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type]
 */
function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof (type ?? HTMLElement))) throw new Error(`index.html has no #${id} of that type`);
  return /** @type {T} */ (/** @type {Element} */ (found));
}

/**
 * @param {string} id
 * @param {() => void} act
 */
function onClick(id, act) {
  byId(id).addEventListener('click', act);
}

/**
 * A text as a regular expression that matches it.
 * @param {string} text
 */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} className
 * @param {(string | Node)[]} content strings become text
 */
function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(string | Node)[]} children
 */
function svg(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  made.append(...children);
  return made;
}

/**
 * Make the children of a list these elements, moving none that stands where it should: one that has the focus keeps
 * it.
 * @param {HTMLElement} list
 * @param {Element[]} wanted
 */
function arrange(list, wanted) {
  const kept = new Set(wanted);
  for (const child of Array.from(list.children)) if (!kept.has(child)) child.remove();
  wanted.forEach((child, i) => {
    if (list.children[i] !== child) list.insertBefore(child, list.children[i] ?? null);
  });
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/** @param {number} value */
function count(value) {
  return value.toLocaleString('en');
}

/**
 * @param {number} value
 * @param {string} noun in the singular
 */
function counted(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

const SPACE = '\u00a0'; // which no line breaks at

/** @param {number} probability */
function percent(probability) {
  if (probability > 0 && probability < 0.001) {
    const notation = probability < 1e-6 ? 'compact' : 'standard';
    const times = (1 / probability).toLocaleString('en', { notation, maximumSignificantDigits: 2 });
    return `1${SPACE}in${SPACE}${times}`;
  }
  const digits =
    probability > 0 && (probability < 0.0095 || (probability > 0.9905 && probability < 1)) ? 1 : 0;
  // What is not certain is never called so.
  const shown = probability < 1 ? Math.min(100 * probability, 99.9) : 100;
  return `${shown.toFixed(digits)}${SPACE}%`;
}

/** @param {number} bytes */
function size(bytes) {
  const [unit, scale] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['KB', 1e3];
  return `${(bytes / scale).toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
