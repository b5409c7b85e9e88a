// Elements as all views make them. Text goes into the document as text nodes only, whatever it looks like.

/**
 * The element with an id of index.html.
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
 * Do something with each choice of files. The same files can be chosen again.
 * @param {string} id of an input
 * @param {(files: File[]) => void} act
 */
function onFiles(id, act) {
  const input = byId(id, HTMLInputElement);
  input.addEventListener('change', () => {
    const files = Array.from(input.files ?? []);
    input.value = '';
    if (files.length) act(files);
  });
}

/**
 * Do something whenever the size of a box changes.
 * @param {HTMLElement} box
 * @param {() => void} act
 * @param {AbortSignal} signal ends it
 */
function onResize(box, act, signal) {
  const observer = new ResizeObserver(act);
  observer.observe(box);
  signal.addEventListener('abort', () => observer.disconnect());
}

/**
 * Make the buttons of a box anew. If one of them had the focus, the one in its place has it afterwards.
 * @param {HTMLElement} box
 * @param {() => void} change
 */
function keepFocus(box, change) {
  const place = Array.from(box.children).findIndex((child) => child === document.activeElement);
  change();
  const next = box.children[Math.min(place, box.children.length - 1)];
  if (place >= 0 && next instanceof HTMLElement) next.focus();
}

/**
 * A regular expression that matches exactly this text.
 * @param {string} text
 */
function escapeRegExp(text) {
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
 * Make these elements the children of a list. An element that is already in place is not moved, so it keeps the focus.
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
