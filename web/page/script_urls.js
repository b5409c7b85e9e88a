// The addresses of scripts that the page itself adds. Its policy (trusted types, at the top of index.html) lets no other code
// make one, and this no other address: that of the workers' script, and those of the weights of several models.

const WEIGHTS_ADDRESS = /^(?:[a-z0-9][a-z0-9._-]{0,39}\/)?weights\.js$/;

/** @type {string | undefined} */
let engineUrl;

/** @type {{ createScriptURL: (wanted: string) => unknown } | undefined} */
let policy;

/**
 * @param {string} address
 * @returns {unknown}
 */
function scriptUrl(address) {
  policy ??= Reflect.get(window, 'trustedTypes')?.createPolicy('logling-worker', {
    createScriptURL: (/** @type {string} */ wanted) =>
      wanted === engineUrl || WEIGHTS_ADDRESS.test(wanted) ? wanted : '',
  });
  return policy ? policy.createScriptURL(address) : address;
}

/** The address of the workers' script. */
function workerUrl() {
  if (!engineUrl) {
    const source = `'use strict';\n(${loglingEngine})();\nserveJobs(self);`;
    engineUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  }
  return scriptUrl(engineUrl);
}
