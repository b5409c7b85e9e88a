// The view that predicts: the kinds of lines that may come next, and many sampled futures with what they have in common.

const REDRAW = 150; // milliseconds between two drawings while futures are sampled
const LINES_BEFORE = 24; // lines before now in the fan
const WORDS_SUGGESTED = 6;
const ENOUGH = 20; // futures, from which a word is suggested
const CERTAIN = 0.02; // a word is not suggested if fewer futures have it, or fewer do not
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
 * @param {Profile} profile
 * @returns {View}
 */
function startPredict(workers, log, profile) {
  const next = new NextKinds(workers, log, profile);
  const futures = new Futures(workers, log, profile);
  const predict = () => next.run().then(() => futures.run());
  const predictSoon = debounce(predict, TYPING, workers.signal);
  log.onChange(() => {
    next.stop();
    futures.wait();
    predictSoon();
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
  copyOnClick(byId('permalink'), () => {
    writeAddress(log);
    return location.href;
  });
  /** @param {File} file */
  const open = (file) => openLastLines(file, log, byId('log-problem'));
  onFiles('log-file', ([file]) => open(file));
  let begun = false;
  return {
    title: 'Predict',
    drop: 'Drop it: its last lines are what is continued',
    open,
    show(settings) {
      const isNew = applySettings(settings);
      if (begun) return isNew ? futures.run() : futures.draw();
      begun = true;
      return predict();
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
  status.textContent = '';
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
  const model = byId('model', HTMLSelectElement).value; // none in a page of one
  if (model) settings.set('model', model);
  history.replaceState(null, '', `#predict?${settings}`);
}

/**
 * Sample futures. If the page has workers, each samples a part of them.
 * @param {Workers} workers
 * @param {FuturesRequest} request
 * @param {AbortSignal} signal
 * @param {(number: number, sample: Sample) => void} take
 */
async function sampleSideBySide(workers, request, signal, take) {
  const { samples: wanted = 1, seed = 0 } = request.options;
  const width = await workers.width();
  const parts = Array.from({ length: width }, (_, i) => Math.floor((i * wanted) / width));
  await Promise.all(
    parts.map((first, i) => {
      const samples = (parts[i + 1] ?? wanted) - first;
      const options = { ...request.options, samples, seed: seed + first };
      let number = first;
      const takeNext = (/** @type {Sample} */ sample) => take(number++, sample);
      if (!samples || signal.aborted) return undefined;
      return workers.run('futures', { ...request, options }, takeNext, signal);
    }),
  );
}

/** Sampled futures of the log, shown as they come. */
class Futures {
  /**
   * @param {Workers} workers
   * @param {SharedLog} log
   * @param {Profile} profile
   */
  constructor(workers, log, profile) {
    this.workers = workers;
    this.log = log;
    this.profile = profile;
    this.running = new AbortController();
    /** @type {string[]} */
    this.context = [];
    /** @type {string[][]} */
    this.all = []; // by their number; some may still be missing, and some end early, where they became noise
    this.steps = 0;
    this.come = 0;
    this.fields = new NumberFields();
    this.field = ''; // the key of the chosen field
    this.suggested = ''; // the word that the page put into the box
    this.shown = 0;
    this.drawn = 0;
    this.fan = new ChartReader('fan-chart', 'fan-tip');
    this.share = new ChartReader('word-chart', 'word-tip');
    this.runSoon = debounce(() => this.run(), TYPING, workers.signal);
    this.listen();
  }

  /** Sample no more, because the lines have changed. */
  wait() {
    this.running.abort();
    byId('futures-status').textContent = 'Sampling …';
  }

  /** Sample again when nothing was typed for a while. */
  runLater() {
    this.wait();
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

  /** Sample again. */
  async run() {
    this.running.abort();
    if (!byId('futures-form', HTMLFormElement).checkValidity()) {
      byId('futures-status').textContent = 'A setting is out of its range.';
      return;
    }
    this.running = new AbortController();
    const { signal } = this.running;
    const value = (/** @type {string} */ id) => byId(id, HTMLInputElement).valueAsNumber;
    const options = {
      samples: value('futures'),
      steps: value('steps'),
      seed: value('seed'),
      temperature: value('temperature'),
    };
    this.begin(options.samples, options.steps);
    const request = { context: this.context, begun: '', options, profile: this.profile };
    await sampleSideBySide(this.workers, request, signal, (number, { lines }) => this.take(number, lines));
    if (!signal.aborted) this.draw();
  }

  /**
   * @param {number} wanted
   * @param {number} steps
   */
  begin(wanted, steps) {
    this.context = this.log.lines();
    this.all = Array.from({ length: wanted });
    this.steps = steps;
    this.come = 0;
    this.fields = new NumberFields(this.context);
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
    byId('futures-results').hidden = !this.all.some((lines) => lines?.length);
    byId('futures-progress').hidden = whole;
    byId('futures-progress', HTMLProgressElement).value = this.come / this.all.length;
    if (whole) {
      byId('futures-status').textContent =
        `${formatQuantity(this.come, 'future')} sampled, here in this page`;
      byId('futures-stopped').textContent = stoppedWords(this.all, this.steps);
    }
    if (whole || (this.come >= ENOUGH && !byId('word', HTMLInputElement).value)) this.suggestWord();
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
    const field = this.fields.list().find(({ key }) => key === this.field);
    const bands = field ? this.fields.bands(this.field) : [];
    const caption = byId('fan-caption');
    byId('fan-box').hidden = byId('fan-table').hidden = !bands.length;
    if (!field || !bands.length) {
      caption.textContent =
        'No quantity is expected to change in these lines: no temperature, duration, size or count. Times, ports and identifiers are none.';
      return;
    }
    const write = (/** @type {number} */ value) => formatAmount(value, field);
    const past = this.context.slice(-LINES_BEFORE).flatMap((line, i, { length }) => {
      const number = numbersOf(line).find(({ key }) => key === this.field);
      return number ? [{ step: i - length + 1, value: number.value }] : [];
    });
    const { step, quantiles, futures } = bands[bands.length - 1];
    const [least, low, median, high, most] = quantiles.map(write);
    caption.textContent =
      `In ${formatQuantity(step, 'line')}: median ${median}, half of the futures between ${low} and ${high}, ` +
      `90${SPACE}% between ${least} and ${most}. ${formatCount(futures)} of ${formatQuantity(this.come, 'future')} have it in that line.`;
    this.fan.show(drawFan(byId('fan-chart'), past, bands, field, caption.textContent));
    const table = byId('fan-table').querySelector('.scroll');
    table?.replaceChildren(bandTable(bands, field));
  }

  /** Suggest a word, unless the user has written one. */
  suggestWord() {
    const input = byId('word', HTMLInputElement);
    if (input.value !== this.suggested || document.activeElement === input) return;
    input.value = this.suggested =
      uncertainWords(
        this.all.filter((lines) => lines),
        this.profile,
      )[0] ?? '';
  }

  drawWord() {
    const word = byId('word', HTMLInputElement).value.trim();
    const futures = this.all.filter((lines) => lines);
    byId('word-chips').replaceChildren(
      ...uncertainWords(futures, this.profile).map((one) => wordChip(one, word)),
    );
    const share = byId('word-share');
    byId('word-box').hidden = !word;
    if (!word) {
      share.textContent = '';
      return;
    }
    const { shares, known } = sharesByStep(futures, word, this.steps);
    const last = shares[shares.length - 1];
    const [low, high] = interval(last, known);
    share.replaceChildren(
      element('b', '', formatShare(last)),
      ` of futures `,
      element(
        'span',
        'quiet',
        `(95${SPACE}% sure: ${formatShare(low)} to ${formatShare(high)}${known < futures.length ? `; ${formatCount(known)} of ${formatCount(futures.length)} tell it` : ''})`,
      ),
    );
    const label = `${formatShare(last)} of futures hold “${word}”`;
    this.share.show(drawShare(byId('word-chart'), shares, label));
  }

  drawFuture() {
    const lines = this.all[this.shown] ?? this.all.find((future) => future);
    if (!lines) return;
    const isStopped = lines.length < this.steps;
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
      ...(isStopped
        ? [element('li', 'quiet', element('span', 'number', ''), 'Stopped: what came next was noise.')]
        : []),
    );
  }

  /** @param {number} by */
  turn(by) {
    this.shown = (this.shown + by + this.all.length) % this.all.length;
    this.drawFuture();
  }
}

/**
 * @param {Band[]} bands
 * @param {Quantity} field
 */
function bandTable(bands, field) {
  const heads = ['Line', '5 %', '25 %', 'median', '75 %', '95 %'].map((head) => {
    const cell = element('th', '', head);
    cell.scope = 'col';
    return cell;
  });
  const write = (/** @type {number} */ value) => formatAmount(value, { ...field, unit: '' });
  const rows = bands.map(({ step, quantiles }) =>
    element('tr', '', ...[`+${step}`, ...quantiles.map(write)].map((cell) => element('td', '', cell))),
  );
  return element(
    'table',
    '',
    element('thead', '', element('tr', '', ...heads)),
    element('tbody', '', ...rows),
  );
}

/**
 * How many futures ended before their last line, and where.
 * @param {string[][]} futures
 * @param {number} steps lines that were asked for
 */
function stoppedWords(futures, steps) {
  const lengths = futures.map((lines) => lines.length).filter((length) => length < steps);
  if (!lengths.length) return '';
  const all = formatCount(futures.length);
  const atOnce = lengths.filter((length) => !length).length;
  if (atOnce > futures.length / 2)
    return `${formatCount(atOnce)} of ${all} futures became noise at once: this model has not learned to write lines like these.`;
  const middle = lengths.sort((a, b) => a - b)[lengths.length >> 1];
  if (lengths.length === 1)
    return `1 of ${all} futures was stopped where it became noise, in line ${middle + 1}.`;
  return `${formatCount(lengths.length)} of ${all} futures were stopped where they became noise, half of them by line ${middle + 1}.`;
}

/**
 * The share of futures in which a word has appeared by each step, in upper or lower case, and how many tell the last one.
 * A future that was stopped tells of the lines that it has (Kaplan and Meier, 1958).
 * @param {string[][]} futures
 * @param {string} word
 * @param {number} steps
 */
function sharesByStep(futures, word, steps) {
  const wanted = word.toLowerCase();
  const firsts = futures.map((lines) => lines.findIndex((line) => line.toLowerCase().includes(wanted)));
  let without = 1;
  const shares = Array.from({ length: steps }, (_, step) => {
    const left = firsts.filter((first, i) => (first < 0 ? futures[i].length > step : first >= step)).length;
    const now = firsts.filter((first) => first === step).length;
    if (left) without *= 1 - now / left;
    return 1 - without;
  });
  const known = firsts.filter((first, i) => first >= 0 || futures[i].length === steps).length;
  return { shares, known };
}

/**
 * Wilson's 95 % interval of a share, which holds the share itself.
 * @param {number} share
 * @param {number} n
 */
function interval(share, n) {
  if (!n) return [0, 1];
  const z = 1.96;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, Math.min(share, middle - half)), Math.min(1, Math.max(share, middle + half))];
}

/**
 * Words of the log that appear in some of the futures, the least certain first.
 * @param {string[][]} futures
 * @param {Profile} profile
 */
function uncertainWords(futures, profile) {
  const found = futures.flatMap((lines) => lines.join('\n').match(/\p{L}{3,}/gu) ?? []);
  const known = Array.from(new Set(found)).filter((word) => !profile.lines || profile.knows(word));
  // Upper and lower case count alike.
  const words = new Map(known.map((word) => [word.toLowerCase(), word]));
  const texts = futures.map((lines) => lines.join('\n').toLowerCase());
  const all = Array.from(words, ([wanted, word]) => {
    const n = texts.filter((text) => text.includes(wanted)).length;
    return { word, distance: Math.abs(n / futures.length - 0.5) };
  });
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
