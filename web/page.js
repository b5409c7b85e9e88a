'use strict';

// Starts the page: reads weights.js, which comes after this script, and shows the model or says why there is none.

/** @type {Record<Fault, { title: string, fix: string }>} */
const TROUBLES = {
  missing: {
    title: 'There is no model here yet',
    fix: 'The first run of the service writes it: logling retrain. In a clone, git pull brings it. Then reload this page.',
  },
  newer: {
    title: 'This page is older than its model',
    fix: 'Run git pull. If that changes nothing, ask whoever runs the service to refresh the page: logling upgrade.',
  },
  older: {
    title: 'This model is of an older kind',
    fix: 'The next committed run replaces it: logling retrain, then git pull.',
  },
  foreign: {
    title: 'This is not a model of Logling',
    fix: 'In this page’s folder, restore the file from git: git checkout -- weights.js. Then reload this page.',
  },
  damaged: {
    title: 'This model is damaged, and is not used',
    fix: 'In this page’s folder, restore the file from git: git checkout -- weights.js. Then git pull, and reload this page.',
  },
};

document.addEventListener('DOMContentLoaded', () => {
  try {
    const base64 = assignedWeights();
    const { model, card } = decodeWeights(base64);
    byId('self-check', HTMLElement).textContent =
      'Checked itself: it computes here exactly as where it was made';
    byId('self-check', HTMLElement).classList.add('good');
    showAbout(card, base64.length);
    startContinue(model, card);
    startCheck(model, card);
    byId('instrument', HTMLElement).hidden = false;
  } catch (error) {
    if (!(error instanceof WeightsFileError)) throw error;
    showTrouble(error);
  }
});

/** What weights.js assigned. */
function assignedWeights() {
  /** @type {unknown} */
  const assigned = Reflect.get(globalThis, 'LOGLING_WEIGHTS');
  if (loading.missing) throw new WeightsFileError('missing', 'The file weights.js is not beside this page.');
  if (loading.broken && assigned === undefined) {
    throw new WeightsFileError(
      'damaged',
      'the weights file is truncated or altered: it cannot be read as a script',
    );
  }
  if (typeof assigned !== 'string') {
    throw new WeightsFileError('foreign', 'not a Logling weights file: it does not assign LOGLING_WEIGHTS');
  }
  return assigned;
}

/** @param {WeightsFileError} error */
function showTrouble(error) {
  const { title, fix } = TROUBLES[error.fault];
  const sentence = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  byId('trouble-title', HTMLElement).textContent = title;
  byId('trouble-reason', HTMLElement).textContent = sentence.replace(/\.?$/, '.');
  byId('trouble-fix', HTMLElement).textContent = fix;
  byId('trouble', HTMLElement).hidden = false;
  const chip = byId('self-check', HTMLElement);
  chip.textContent = error.fault === 'missing' ? 'No model yet' : 'The model cannot be used';
}
