'use strict';

// The view that continues a log: sampled lines with their bits, the first completing a line that stops half-way.

/**
 * @param {Model} model
 * @param {Card} card
 */
function startContinue(model, card) {
  const log = byId('log', HTMLTextAreaElement);
  const seed = byId('seed', HTMLInputElement);
  let running = new AbortController();
  let appended = '';

  if (typeof card.sample === 'string' && card.sample) {
    log.value = card.sample.replace(/\n*$/, '\n');
    byId('log-note', HTMLElement).hidden = false;
  }

  async function run() {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const lines = log.value.split('\n');
    const begun = lines.pop() ?? '';
    const options = {
      steps: byId('steps', HTMLInputElement).valueAsNumber,
      temperature: byId('temperature', HTMLInputElement).valueAsNumber,
      seed: seed.valueAsNumber,
      begun,
    };
    await inSlices(
      continuing(model, lines, options),
      (sample) => {
        appended = sample.lines.map((line) => line + '\n').join('');
        showContinued(sample, begun);
      },
      signal,
    );
  }

  byId('continue-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  byId('another', HTMLButtonElement).addEventListener('click', () => {
    seed.valueAsNumber = (seed.valueAsNumber + 1 || 0) % 2 ** 32;
    byId('continue-form', HTMLFormElement).requestSubmit();
  });
  byId('append', HTMLButtonElement).addEventListener('click', () => {
    log.value += appended;
    byId('continued', HTMLElement).hidden = true;
    log.focus();
    log.scrollTop = log.scrollHeight;
  });
  log.addEventListener('input', () => {
    byId('log-note', HTMLElement).hidden = true;
    byId('continued', HTMLElement).hidden = true;
    running.abort();
  });
}

/**
 * @param {Sample} sample
 * @param {string} begun
 */
function showContinued(sample, begun) {
  const total = sample.bits.reduce((sum, bits) => sum + bits, 0);
  const characters = sample.lines.reduce((sum, line) => sum + codePoints(line).length + 1, 0);
  byId('continued-summary', HTMLElement).textContent =
    `${(total / characters).toFixed(2)} bits per character; each line’s bits are on the right`;
  byId('continued-lines', HTMLElement).replaceChildren(
    ...sample.lines.map((line, i) => {
      const typed = i === 0 && begun ? [element('span', 'typed', begun)] : [];
      return lineElement(`+${i + 1}`, [...typed, element('span', 'sampled', line)], sample.bits[i], 'bits');
    }),
  );
  byId('continued', HTMLElement).hidden = false;
}
