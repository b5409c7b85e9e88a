// Notices what goes wrong while the page's scripts load; the first of them, because a missing file may be reported
// before its turn comes.

const loading = { missing: false, broken: false };

// An element's error event does not bubble, so it is caught on its way down; that of a script's text has no element.
window.addEventListener(
  'error',
  (event) => {
    if (event.target instanceof HTMLScriptElement)
      loading.missing ||= event.target.src.endsWith('/weights.js');
    else if (document.readyState !== 'complete') loading.broken = true;
  },
  true,
);
