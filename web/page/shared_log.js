// The last lines of a log, which Predict and Complete share: typed, pasted, dropped, or the card's sample.

/** A text that several boxes show, and functions to call when it changes. */
class SharedLog {
  /**
   * @param {HTMLTextAreaElement[]} boxes
   * @param {string} example that the model made up, shown at first
   * @param {(head: Uint8Array) => Reading} choose how a log that begins with these bytes is read
   */
  constructor(boxes, example, choose) {
    this.boxes = boxes;
    this.choose = choose;
    this.example = example;
    /** @type {(() => void)[]} */
    this.listeners = [];
    for (const box of boxes) box.addEventListener('input', () => this.set(box.value, box));
    if (example) this.append(example.trimEnd().split('\n'));
  }

  get text() {
    return this.boxes[0].value;
  }

  /**
   * @param {string} text
   * @param {HTMLTextAreaElement} [origin] the box in which it was written
   */
  set(text, origin) {
    for (const box of this.boxes) {
      if (box === origin) continue;
      box.value = text;
      // Later: reading the height now would make the browser lay out the page before the first prediction.
      requestAnimationFrame(() => (box.scrollTop = box.scrollHeight));
    }
    for (const listener of this.listeners) listener();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.push(listener);
  }

  /** The lines, as far back as a model can see. The last one counts as complete. */
  lines() {
    const text = this.text.slice(-LONGEST_CONTEXT);
    return cleanLines(text, this.readingFor(text));
  }

  /**
   * How a text is read.
   * @param {string} text
   */
  readingFor(text) {
    return this.choose(new TextEncoder().encode(text.slice(0, SAMPLE_BYTES)));
  }

  /** @param {string[]} lines */
  append(lines) {
    const text = this.text;
    const between = text && !text.endsWith('\n') ? '\n' : '';
    this.set(text + between + lines.map((line) => line + '\n').join(''));
  }
}

/**
 * A function that runs `work` once, some time after its last call.
 * @param {() => void} work
 * @param {number} milliseconds
 * @param {AbortSignal} signal after which it runs no more
 */
function debounce(work, milliseconds, signal) {
  let timer = 0;
  signal.addEventListener('abort', () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    if (!signal.aborted) timer = window.setTimeout(work, milliseconds);
  };
}
