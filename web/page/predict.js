// The view that predicts: the most likely next lines, and many sampled futures with what they have in common.

const LIKELY = 4; // lines shown
const REDRAW = 150; // milliseconds between two drawings while futures are sampled
const LINES_BEFORE = 24; // lines before now in the fan
const WORDS_SUGGESTED = 6;
const CERTAIN = 0.02; // a word is not suggested if fewer futures have it, or fewer do not
const MANY = 0.9; // from this probability of all other lines, the page explains why it is so high
const TYPING = 300; // milliseconds without typing before the text is used

/** The settings in a permalink: their names in the address, and the ids of their inputs. */
const SETTINGS = {
  futures: 'futures',
  lines: 'steps',
  temperature: 'temperature',
  seed: 'seed',
  word: 'word',
};

/**
 * @param {Workers} workers
 * @param {SharedLog} log
 * @returns {View}
 */
function startPredict(workers, log) {
  const likely = new LikelyLines(workers, log);
  const futures = new Futures(workers, log);
  const likelyLater = debounce(() => likely.run(), TYPING);
  log.onChange(() => {
    likelyLater();
    futures.runLater();
  });
  byId('futures-form').addEventListener('input', () => {
    writeAddress(log);
    futures.runLater();
  });
  onClick('another', () => {
    const seed = byId('seed', HTMLInputElement);
    seed.valueAsNumber = ((seed.valueAsNumber || 0) + 1) % 2 ** 32;
    writeAddress(log);
    futures.run();
  });
  /** @param {File} file */
  const open = (file) => openLastLines(file, log, byId('likely-note'));
  onFiles('log-file', ([file]) => open(file));
  let begun = false;
  return {
    title: 'Predict',
    drop: 'Drop it: its last lines are what is continued',
    open,
    show(settings) {
      const isNew = applySettings(settings);
      if (begun && !isNew) return futures.draw();
      if (!begun) likely.run();
      begun = true;
      return futures.run();
    },
  };
}

/**
 * Show a file's last lines in the shared boxes.
 * @param {File} file
 * @param {SharedLog} log
 * @param {HTMLElement} status
 */
async function openLastLines(file, log, status) {
  try {
    log.set((await lastLines(file, log.choose)).map((line) => line + '\n').join(''));
  } catch (error) {
    if (!(error instanceof UnreadableLog)) throw error;
    status.textContent = error.message;
  }
}

/**
 * Apply the settings of an address. Returns whether any of them has changed.
 * @param {URLSearchParams} settings
 */
function applySettings(settings) {
  let isNew = false;
  for (const [name, id] of Object.entries(SETTINGS)) {
    const input = byId(id, HTMLInputElement);
    const given = settings.get(name);
    if (given === null || given === input.value) continue;
    if (input.type === 'number' && !Number.isFinite(Number(given || NaN))) continue;
    const before = input.value;
    input.value = given;
    if (input.checkValidity()) isNew = true;
    else input.value = before;
  }
  return isNew;
}

/**
 * Put the settings into the address, for bookmarks and links. The address never holds text of the user: a word is in it
 * only if it is in the page's own example.
 * @param {SharedLog} log
 */
function writeAddress({ example }) {
  const settings = new URLSearchParams();
  for (const [name, id] of Object.entries(SETTINGS)) {
    const input = byId(id, HTMLInputElement);
    const isPublic = input.type === 'number' || example.includes(input.value);
    if (input.value && isPublic && input.checkValidity()) settings.set(name, input.value);
  }
  history.replaceState(null, '', `#predict?${settings}`);
  byId('permalink', HTMLAnchorElement).href = `#predict?${settings}`;
}

/**
 * @param {{ text: string, probability: number }[]} likely best first
 */
function showLikely(likely) {
  byId('likely').replaceChildren(
    ...likely.map(({ text, probability }) =>
      element('li', '', ...likelihoodRow(probability, text || '(an empty line)')),
    ),
  );
  const rest = 1 - likely.reduce((sum, { probability }) => sum + probability, 0);
  const why = rest > MANY ? ' Where numbers vary, each exact line is rare: see the futures.' : '';
  byId('likely-note').textContent = likely.length
    ? `Any other line: ${formatProbability(Math.max(0, rest))}.${why}`
    : 'No line stands out.';
}

/** The most likely next lines. */
class LikelyLines {
  /**
   * @param {Workers} workers
   * @param {SharedLog} log
   */
  constructor(workers, log) {
    this.workers = workers;
    this.log = log;
    this.running = new AbortController();
  }

  run() {
    this.running.abort();
    this.running = new AbortController();
    const request = { context: this.log.lines(), begun: '', alternatives: LIKELY };
    const take = (/** @type {Suggestions} */ { completions }) => showLikely(completions);
    return this.workers.run('suggestions', request, take, this.running.signal);
  }
}

/** Sampled futures of the log, shown as they come. */
class Futures {
  /**
   * @param {Workers} workers
   * @param {SharedLog} log
   */
  constructor(workers, log) {
    this.workers = workers;
    this.log = log;
    this.running = new AbortController();
    /** @type {string[]} */
    this.context = [];
    /** @type {string[][]} */
    this.all = []; // by their number; some may still be missing
    this.come = 0;
    this.fields = new NumberFields();
    this.field = ''; // the key of the chosen field
    this.suggested = ''; // the word that the page put into the box
    this.shown = 0;
    this.drawn = 0;
    this.runSoon = debounce(() => this.run(), TYPING);
    this.listen();
  }

  /** Sample again when nothing was typed for a while. */
  runLater() {
    this.running.abort();
    byId('futures-status').textContent = 'Sampling …';
    this.runSoon();
  }

  listen() {
    byId('futures-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.run();
    });
    byId('field', HTMLSelectElement).addEventListener('change', (event) => {
      this.field = /** @type {HTMLSelectElement} */ (event.target).value;
      this.drawFan();
    });
    byId('word').addEventListener('input', () => {
      writeAddress(this.log);
      this.drawWord();
      this.drawFuture();
    });
    onClick('future-before', () => this.turn(-1));
    onClick('future-after', () => this.turn(1));
    onClick('append', () => {
      this.log.append(this.all[this.shown] ?? []);
      byId('log').focus();
    });
  }

  /** Sample again. If the page has workers, each samples a part of the futures. */
  async run() {
    this.running.abort();
    if (!byId('futures-form', HTMLFormElement).checkValidity()) {
      byId('futures-status').textContent = 'A setting is out of its range.';
      return;
    }
    this.running = new AbortController();
    const { signal } = this.running;
    const value = (/** @type {string} */ id) => byId(id, HTMLInputElement).valueAsNumber;
    const [wanted, seed] = [value('futures'), value('seed')];
    const options = { steps: value('steps'), temperature: value('temperature') };
    this.begin(wanted);
    const width = await this.workers.width();
    const parts = Array.from({ length: width }, (_, i) => Math.floor((i * wanted) / width));
    await Promise.all(
      parts.map((first, i) => {
        const samples = (parts[i + 1] ?? wanted) - first;
        const request = {
          context: this.context,
          begun: '',
          options: { ...options, samples, seed: seed + first },
        };
        let number = first;
        const take = (/** @type {Sample} */ sample) => this.take(number++, sample.lines);
        return samples && !signal.aborted ? this.workers.run('futures', request, take, signal) : undefined;
      }),
    );
    if (!signal.aborted) this.draw();
  }

  /** @param {number} wanted */
  begin(wanted) {
    this.context = this.log.lines();
    this.all = Array.from({ length: wanted });
    this.come = 0;
    this.fields = new NumberFields();
    this.drawn = performance.now();
    byId('futures-status').textContent = `Sampling ${formatCount(wanted)} futures …`;
    byId('futures-progress').hidden = false;
    byId('futures-progress', HTMLProgressElement).value = 0;
  }

  /**
   * @param {number} number
   * @param {string[]} lines
   */
  take(number, lines) {
    this.all[number] = lines;
    this.come++;
    this.fields.add(lines);
    if (performance.now() - this.drawn < REDRAW) return;
    this.drawn = performance.now();
    this.draw();
  }

  draw() {
    if (!this.come) return;
    const whole = this.come === this.all.length;
    byId('futures-results').hidden = false;
    byId('futures-progress').hidden = whole;
    byId('futures-progress', HTMLProgressElement).value = this.come / this.all.length;
    if (whole) {
      byId('futures-status').textContent =
        `${formatQuantity(this.come, 'future')} sampled, here in this page`;
      this.suggestWord();
    }
    this.drawFields();
    this.drawFan();
    this.drawWord();
    this.drawFuture();
  }

  /** List the fields, and keep the chosen one. */
  drawFields() {
    const select = byId('field', HTMLSelectElement);
    const fields = this.fields.list().slice(0, 24);
    if (!fields.some(({ key }) => key === this.field)) this.field = fields[0]?.key ?? '';
    const now = Array.from(select.options, (option) => option.value).join('\n');
    if (now !== fields.map(({ key }) => key).join('\n')) {
      select.replaceChildren(...fields.map(({ key, name }) => new Option(name, key)));
    }
    select.value = this.field;
    select.hidden = !fields.length;
  }

  drawFan() {
    const bands = this.fields.bands(this.field);
    const caption = byId('fan-caption');
    byId('fan-chart').hidden = byId('fan-table').hidden = !bands.length;
    if (!bands.length) {
      caption.textContent = 'No number in these futures varies.';
      return;
    }
    const past = this.context.slice(-LINES_BEFORE).flatMap((line, i, { length }) => {
      const number = numbersOf(line).find(({ key }) => key === this.field);
      return number ? [{ step: i - length + 1, value: number.value }] : [];
    });
    const { step, quantiles } = bands[bands.length - 1];
    const [least, low, median, high, most] = quantiles.map(formatNumber);
    caption.textContent =
      `In ${formatQuantity(step, 'line')}: median ${median}, half of the futures between ${low} and ${high}, ` +
      `90${SPACE}% between ${least} and ${most}.`;
    drawFan(byId('fan-chart'), past, bands, caption.textContent);
    const table = byId('fan-table').querySelector('.scroll');
    table?.replaceChildren(bandTable(bands));
  }

  /** Suggest a word, unless the user has written one. */
  suggestWord() {
    const input = byId('word', HTMLInputElement);
    if (input.value !== this.suggested || document.activeElement === input) return;
    input.value = this.suggested = uncertainWords(this.all)[0] ?? '';
  }

  drawWord() {
    const word = byId('word', HTMLInputElement).value.trim();
    const futures = this.all.filter((lines) => lines);
    byId('word-chips').replaceChildren(...uncertainWords(futures).map((one) => wordChip(one, word)));
    const share = byId('word-share');
    byId('word-chart').hidden = !word;
    if (!word) {
      share.textContent = '';
      return;
    }
    const steps = this.all[0]?.length ?? futures[0].length;
    const shares = sharesByStep(futures, word, steps);
    const last = shares[shares.length - 1];
    const [low, high] = interval(last, futures.length);
    share.replaceChildren(
      element('b', '', formatProbability(last)),
      ` of futures `,
      element('span', 'quiet', `(95 % sure: ${formatProbability(low)} to ${formatProbability(high)})`),
    );
    drawShare(byId('word-chart'), shares, `${formatProbability(last)} of futures hold “${word}”`);
  }

  drawFuture() {
    const lines = this.all[this.shown] ?? this.all.find((future) => future);
    if (!lines) return;
    const word = byId('word', HTMLInputElement).value.trim();
    byId('future-title').textContent =
      `One of them: ${formatCount(this.shown + 1)} of ${formatCount(this.all.length)}`;
    byId('future-lines').replaceChildren(
      ...lines.map((line, i) =>
        element(
          'li',
          '',
          element('span', 'number', `+${i + 1}`),
          element('code', 'text', ...markWord(line, word)),
        ),
      ),
    );
  }

  /** @param {number} by */
  turn(by) {
    this.shown = (this.shown + by + this.all.length) % this.all.length;
    this.drawFuture();
  }
}

/** @param {Band[]} bands */
function bandTable(bands) {
  const heads = ['Line', '5 %', '25 %', 'median', '75 %', '95 %'].map((head) => {
    const cell = element('th', '', head);
    cell.scope = 'col';
    return cell;
  });
  const rows = bands.map(({ step, quantiles }) =>
    element('tr', '', ...[`+${step}`, ...quantiles.map(formatNumber)].map((cell) => element('td', '', cell))),
  );
  return element(
    'table',
    '',
    element('thead', '', element('tr', '', ...heads)),
    element('tbody', '', ...rows),
  );
}

/**
 * The share of futures in which a word has appeared by each step, in upper or lower case.
 * @param {string[][]} futures
 * @param {string} word
 * @param {number} steps
 */
function sharesByStep(futures, word, steps) {
  const wanted = word.toLowerCase();
  const firsts = futures.map((lines) => lines.findIndex((line) => line.toLowerCase().includes(wanted)));
  return Array.from({ length: steps }, (_, step) => {
    return firsts.filter((first) => first >= 0 && first <= step).length / futures.length;
  });
}

/**
 * Wilson's 95 % interval of a share.
 * @param {number} share
 * @param {number} n
 */
function interval(share, n) {
  const z = 1.96;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/**
 * Words that appear in some of the futures, the least certain first.
 * @param {string[][]} futures
 */
function uncertainWords(futures) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const lines of futures) {
    const words = new Set(lines.join('\n').match(/\p{L}{3,}/gu) ?? []);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const all = Array.from(counts, ([word, n]) => ({ word, distance: Math.abs(n / futures.length - 0.5) }));
  const uncertain = all
    .filter(({ distance }) => distance < 0.5 - CERTAIN)
    .sort((a, b) => a.distance - b.distance);
  return uncertain.slice(0, WORDS_SUGGESTED).map(({ word }) => word);
}

/**
 * @param {string} word
 * @param {string} chosen
 */
function wordChip(word, chosen) {
  const chip = element('button', 'chip', word);
  chip.type = 'button';
  chip.setAttribute('aria-pressed', String(word.toLowerCase() === chosen.toLowerCase()));
  chip.addEventListener('click', () => {
    const input = byId('word', HTMLInputElement);
    input.value = input.value === word ? '' : word;
    input.dispatchEvent(new Event('input'));
  });
  return chip;
}
