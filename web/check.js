'use strict';

// The view that checks a log: its lines by surprise, each character shaded by its bits. Results appear while the
// work runs.

const LINES_SHOWN = 100; // at first, and more each time
const LARGEST_LOG = 20 * 1024 * 1024; // bytes
const REFRESH = 400; // milliseconds between two looks at the results so far

/** @typedef {LineScore & { text: string, surprise: number }} CheckedLine */
/** @typedef {{ checked: CheckedLine[], order: string, limit: number }} View */

/**
 * @param {Model} model
 * @param {Card} card
 */
function startCheck(model, card) {
  const text = byId('lines-to-check', HTMLTextAreaElement);
  const file = byId('file', HTMLInputElement);
  const order = byId('order', HTMLSelectElement);
  /** @type {View} */
  const view = { order: order.value, limit: LINES_SHOWN, checked: [] };
  let running = new AbortController();

  /** @param {string} log */
  async function run(log) {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const lines = splitLines(log);
    if (!lines.length) return say('There is nothing to check yet: paste some lines, or open a file.');
    view.checked = [];
    view.limit = LINES_SHOWN;
    setRunning(true);
    let refreshed = performance.now();
    const finished = await inSlices(
      scoring(model, lines),
      (score) => {
        view.checked.push({ ...score, text: lines[score.number - 1], surprise: surprise(score.byCharacter) });
        if (performance.now() - refreshed < REFRESH) return;
        byId('check-progress', HTMLProgressElement).value = score.number / lines.length;
        showChecked(view);
        refreshed = performance.now();
      },
      signal,
    );
    if (running.signal !== signal) return;
    setRunning(false);
    showChecked(view);
    const left = finished ? '' : ` Stopped: ${count(lines.length - view.checked.length)} lines are left.`;
    say(summary(view.checked, card.bits_per_char) + left);
  }

  /** @param {File | undefined} chosen */
  async function open(chosen) {
    if (!chosen) return;
    if (chosen.size > LARGEST_LOG) {
      say(
        `${chosen.name} has ${count(Math.round(chosen.size / 1e6))} MB; this page reads up to 20 MB. Check a part of it.`,
      );
      return;
    }
    const content = await chosen.text();
    if (content.includes('\0')) {
      say(`${chosen.name} is not a text file: it holds NUL bytes. Unpack it first if it is compressed.`);
      return;
    }
    say(`Checking ${chosen.name} …`);
    await run(content);
  }

  byId('check-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    run(text.value);
  });
  byId('stop', HTMLButtonElement).addEventListener('click', () => running.abort());
  file.addEventListener('change', () => open(file.files?.[0]));
  order.addEventListener('change', () => {
    view.order = order.value;
    showChecked(view);
  });
  byId('more', HTMLButtonElement).addEventListener('click', () => {
    view.limit += LINES_SHOWN;
    showChecked(view);
  });
  acceptDrops(byId('check', HTMLElement), open);
}

/** @param {boolean} running */
function setRunning(running) {
  byId('stop', HTMLButtonElement).hidden = !running;
  const progress = byId('check-progress', HTMLProgressElement);
  progress.hidden = !running;
  progress.value = 0;
}

/** @param {string} message */
function say(message) {
  byId('check-summary', HTMLElement).textContent = message;
}

/**
 * @param {CheckedLine[]} checked
 * @param {unknown} usual bits per character of the log that the model was trained for
 */
function summary(checked, usual) {
  const lines = checked.length === 1 ? '1 line' : `${count(checked.length)} lines`;
  const comparison = isNumber(usual) ? `; ${usual.toFixed(3)} on the log it was trained for` : '';
  return `${lines}, ${bitsPerCharacter(checked).toFixed(3)} bits per character${comparison}.`;
}

/** @param {View} view */
function showChecked({ checked, order, limit }) {
  const sorted = order === 'surprise' ? [...checked].sort((a, b) => b.surprise - a.surprise) : checked;
  byId('checked-lines', HTMLElement).replaceChildren(
    ...sorted.slice(0, limit).map((line) => {
      const runs = shaded(line.text, line.byCharacter);
      return lineElement(String(line.number), runs, line.surprise, 'bits of surprise');
    }),
  );
  byId('more', HTMLElement).hidden = sorted.length <= limit;
  byId('checked', HTMLElement).hidden = !sorted.length;
}

/**
 * Take a file that is dropped on a place; elsewhere a drop does not lead away from the page.
 * @param {HTMLElement} place
 * @param {(file: File | undefined) => void} open
 */
function acceptDrops(place, open) {
  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    place.classList.remove('dropping');
    if (event.target instanceof Node && place.contains(event.target)) open(event.dataTransfer?.files[0]);
  });
  place.addEventListener('dragenter', () => place.classList.add('dropping'));
  place.addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) {
      place.classList.remove('dropping');
    }
  });
}
