// Notices weights, or a list of models, that are missing or cannot be read as a script. index.html loads this script before
// weights.js or models.js, so that nothing is missed.

const loading = { missing: false, broken: false, underWay: false }; // underWay: a script that the page has added

/** @param {HTMLScriptElement} script */
function isData(script) {
  return /\/(?:weights|models)\.js$/.test(script.src);
}

// The error event of an element does not bubble, so it is caught in the capture phase. An error in a script's text has no
// element.
window.addEventListener(
  'error',
  (event) => {
    if (event.target instanceof HTMLScriptElement) loading.missing ||= isData(event.target);
    else if (document.readyState !== 'complete' || loading.underWay) loading.broken = true;
  },
  true,
);
