// Starts the page when all scripts have run: reads the weights, and shows a view or says what is wrong.

/** @type {Record<Fault, { title: string, fix: string }>} */
const PROBLEMS = {
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
    fix: 'In this page’s folder, restore the file from git: git checkout HEAD -- weights.js. Then reload this page.',
  },
  damaged: {
    title: 'This model is damaged, and is not used',
    fix: 'In this page’s folder, restore the file from git: git checkout HEAD -- weights.js. Then git pull, and reload this page.',
  },
};

const LONGEST_FIRST = 200; // characters of the first prediction
const EXAMPLE_LINES = 8; // at most
const EXAMPLE_CHARACTERS = 800; // about, since each is computed before anything is shown
const LONGEST_EXAMPLE = 600; // characters of a line; a longer one would be cut, and its end look strange
const EXAMPLE_TEMPERATURE = 0.5; // the first lines have none before them, and are strange at a higher one

document.addEventListener('DOMContentLoaded', async () => {
  if (wrongFiles()) return;
  try {
    const names = listedModels();
    if (names) await new ModelChoice(names).begin();
    else await openModel(assignedWeights(), { signal: new AbortController().signal });
  } catch (error) {
    showFailure(error);
  }
});

/**
 * Show a model and start all views with it. Resolves to the view that checks logs.
 * @param {string} base64 its weights
 * @param {object} settings
 * @param {string} [settings.name] of a model whose card has none
 * @param {ModelChoice} [settings.choice] in a page of several models
 * @param {AbortSignal} settings.signal ends all of it, where another model is opened
 */
async function openModel(base64, { name, choice, signal }) {
  const file = readWeights(base64);
  const { model, card } = file;
  card.name ||= name;
  showModel(card);
  const example = card.example?.length ? card.example.slice(-EXAMPLE_LINES) : madeUpLines(file);
  const log = startLog(model, card, example);
  if (location.hash.startsWith('#predict')) {
    byId('predict-view').hidden = false;
    predictFirst(model, log);
  }
  await nextPaint();
  if (signal.aborted) await never();
  checkGolden(model, card);
  showVerified();
  return startAllViews(file, log, example, base64.length, signal, choice);
}

/**
 * Lines that the model makes up here and now: no line travels with it. None where the card knows of no training lines.
 * A line that its log would never have is drawn again.
 * @param {WeightsFile} file
 */
function madeUpLines({ model, card, profile }) {
  const { lines, characters } = card;
  if (!(Number(lines) > 0 && Number(characters) > 0)) return [];
  const steps = Math.ceil((EXAMPLE_CHARACTERS * Number(lines)) / Number(characters));
  const options = {
    steps: Math.min(EXAMPLE_LINES, steps),
    temperature: EXAMPLE_TEMPERATURE,
    longest: LONGEST_EXAMPLE,
    ...(profile ? { noise: new Noise(profile, []) } : {}),
  };
  return continueLog(model, [], options)[0].lines.filter((line) => line.length < LONGEST_EXAMPLE);
}

/**
 * The text that is continued. At first it is an example.
 * @param {Model} model
 * @param {Card} card
 * @param {string[]} example
 */
function startLog(model, card, example) {
  const readings = readingsOf(card);
  const boxes = [byId('log', HTMLTextAreaElement), byId('editor', HTMLTextAreaElement)];
  const choose = (/** @type {Uint8Array} */ head) => cheapestReading(model, readings, head);
  const log = new SharedLog(boxes, example.join('\n'), choose);
  const note = byId('log-note').querySelector('.example');
  if (!log.text) note?.remove();
  log.onChange(() => note?.remove());
  return log;
}

/**
 * Show a first prediction at once, always with the likeliest character: starting a worker would take longer. A line that
 * does not end soon is left to the worker.
 * @param {Model} model
 * @param {SharedLog} log
 */
function predictFirst(model, log) {
  const state = primed(model, log.lines());
  /** @type {number[]} */
  const line = [];
  while (line.length < LONGEST_FIRST) {
    const token = pick(state.logits, 0, 0, 0);
    if (token === NEWLINE) return showFirstKind(model.vocabulary.decode(line));
    line.push(token);
    state.read(token);
  }
  return undefined;
}

/** Resolves when the browser has painted, or after 100 ms: a tab in the background does not paint. */
function nextPaint() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => nextTurn().then(resolve));
    setTimeout(resolve, 100);
  });
}

/**
 * @param {WeightsFile} weights
 * @param {SharedLog} log
 * @param {string[]} example
 * @param {number} bytes of the weights file
 * @param {AbortSignal} signal
 * @param {ModelChoice} [choice]
 */
function startAllViews(weights, log, example, bytes, signal, choice) {
  const workers = new Workers(weights.model, signal);
  const check = startCheck(workers, weights, example, choice);
  /** @param {File} file */
  const openInCheck = (file) => {
    location.hash = '#check';
    check.open(file);
  };
  const views = {
    check,
    predict: startPredict(workers, log, weights.profile ?? new Profile()),
    complete: startComplete(workers, log),
    about: {
      title: 'About this model',
      drop: check.drop,
      open: openInCheck,
      show: startAbout(weights.card, bytes),
    },
  };
  startViews(views, modelNameOf(weights.card), signal);
  return check;
}

/**
 * @param {unknown} error
 * @param {string} [file] that it is about
 */
function showFailure(error, file = listsModels() ? LIST : weightsAddress('.')) {
  if (!(error instanceof WeightsFileError)) {
    showProblem({
      title: 'This page has failed',
      reason: `It could not begin: ${error}.`,
      fix: 'Reload this page. If that changes nothing, git pull, and ask whoever runs the service to refresh the page: logling upgrade.',
      chip: 'The page has failed',
    });
    throw error;
  }
  const { title, fix } = PROBLEMS[error.fault];
  const sentence = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  const chip = error.fault === 'missing' ? 'No model yet' : 'The model cannot be used';
  showProblem({ title, reason: sentence.replace(/\.?$/, '.'), fix: fix.replace('weights.js', file), chip });
}
