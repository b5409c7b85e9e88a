// Notices a weights.js that is missing, cannot be read as a script, or did more than assign the weights. index.html loads
// this script before weights.js, so that nothing is missed.

const loading = { missing: false, broken: false, more: '' };

/** @param {EventTarget | null} target */
function isWeightsScript(target) {
  return target instanceof HTMLScriptElement && target.src.endsWith('/weights.js');
}

// The error event of an element does not bubble, so it is caught in the capture phase. An error in a script's text has no
// element.
window.addEventListener(
  'error',
  (event) => {
    if (event.target instanceof HTMLScriptElement) loading.missing ||= isWeightsScript(event.target);
    else if (document.readyState !== 'complete') loading.broken = true;
  },
  true,
);

// A script that has run may have undone all of this. It finds what was added by mistake, or to be seen.
const namesBefore = new Set(Object.getOwnPropertyNames(globalThis));
document.addEventListener(
  'load',
  (event) => {
    if (!isWeightsScript(event.target)) return;
    const names = Object.getOwnPropertyNames(globalThis);
    loading.more = names.find((name) => name !== 'LOGLING_WEIGHTS' && !namesBefore.has(name)) ?? '';
  },
  true,
);
