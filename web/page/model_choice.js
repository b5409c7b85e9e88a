// The choice of a model in a page of several. Nothing is remembered: the first of the list is open at the beginning, or the one
// that the address names (#check?model=auth). To change the model is to open the page anew, without the request.

class ModelChoice {
  /** @param {string[]} names */
  constructor(names) {
    this.names = names;
    this.box = byId('model', HTMLSelectElement);
    this.pristine = mainElement().cloneNode(true);
    this.opening = new AbortController(); // ends with the opening of another model
    this.current = '';
    this.isChosen = false; // by a person; until then each log is opened with the model that reads it best
    this.box.replaceChildren(...names.map((name) => new Option(shownName(name), name)));
    byId('model-choice').hidden = names.length < 2;
    this.box.addEventListener('change', () => this.choose(this.box.value));
    window.addEventListener('hashchange', () => {
      const name = this.addressed();
      if (name && name !== this.current) this.choose(name);
    });
  }

  /** Open the page for the first time. */
  begin() {
    const name = this.addressed();
    this.isChosen = Boolean(name);
    return this.open(name ?? this.names[0]);
  }

  /** The model that the address names, if it is one of them. */
  addressed() {
    const name = settingsInAddress().get('model');
    return this.names.find((known) => known === name);
  }

  /**
   * Open a model that a person has chosen. An address that names another names this one from then on.
   * @param {string} name
   * @param {File} [file] to be checked
   */
  choose(name, file) {
    this.isChosen = true;
    const settings = settingsInAddress();
    if (settings.has('model') && settings.get('model') !== name) {
      settings.set('model', name);
      history.replaceState(null, '', `${location.hash.split('?')[0]}?${settings}`);
    }
    return this.open(name, file);
  }

  /**
   * @param {string} name
   * @param {File} [file] to be checked
   * @param {string} [why] this model is used for it
   */
  async open(name, file, why) {
    this.opening.abort();
    this.opening = new AbortController();
    const { signal } = this.opening;
    if (this.current) mainElement().replaceWith(this.pristine.cloneNode(true));
    this.current = this.box.value = name;
    byId('self-check').textContent = 'Reading the model …';
    try {
      const base64 = await loadWeights(name);
      if (signal.aborted) return;
      const check = await openModel(base64, { name: shownName(name), choice: this, signal });
      if (!file || signal.aborted) return;
      check.check(file);
      byId('better-model').textContent = why ?? '';
    } catch (error) {
      if (!signal.aborted) showFailure(error, weightsAddress(name));
    }
  }

  /**
   * Open a log with the model that reads it best, if that is another. Resolves to whether it is.
   * @param {File} file
   */
  async openWithBest(file) {
    const { signal } = this.opening;
    byId('better-model').textContent = 'Looking for the model that reads this log best …';
    const better = await clearlyBetterModel(file, this.names, this.current, signal);
    if (signal.aborted) return true;
    byId('better-model').textContent = '';
    if (!better || this.isChosen) return false;
    this.open(better.name, file, `Read with ${describeBetter(better, this.current)}`);
    return true;
  }

  /**
   * Propose another model for a log, if one reads it clearly better.
   * @param {File} file
   * @param {() => boolean} isCurrent whether it is still the log that is checked
   */
  async propose(file, isCurrent) {
    const { signal } = this.opening;
    byId('better-model').textContent = '';
    const better = await clearlyBetterModel(file, this.names, this.current, signal);
    if (!better || signal.aborted || !isCurrent()) return;
    const use = element('button', 'small', `Use ${shownName(better.name)}`);
    use.type = 'button';
    use.addEventListener('click', () => this.choose(better.name, file));
    const words = `This reads like the log of ${describeBetter(better, this.current)} `;
    byId('better-model').replaceChildren(words, use);
  }
}

/**
 * @param {BetterModel} better
 * @param {string} current
 */
function describeBetter({ name, bits, other }, current) {
  const than = `${shownName(current)} ${other.toFixed(1)}`;
  return `${shownName(name)} (${bits.toFixed(1)} bits a character; ${than}).`;
}

/**
 * A model's name as the page says it.
 * @param {string} name
 */
function shownName(name) {
  return name === '.' ? 'default' : name;
}

/** What the address says after the name of the view. */
function settingsInAddress() {
  return new URLSearchParams(location.hash.split('?')[1] ?? '');
}

function mainElement() {
  return /** @type {HTMLElement} */ (document.querySelector('main'));
}
