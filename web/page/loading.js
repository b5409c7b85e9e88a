// Notices a weights.js that is missing or cannot be read as a script. index.html loads this script before weights.js, so that
// nothing is missed.

const loading = { missing: false, broken: false };

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
