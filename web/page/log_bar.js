// The bar over the results of a check: which log it is, and the logs that it is compared with.

class LogBar {
  /** @param {(file: File) => void} onRemove what happens when a log that was fine is to be compared with no more */
  constructor(onRemove) {
    this.good = byId('good-files');
    this.onRemove = onRemove;
  }

  /** @param {{ file: File | undefined, isExample: boolean, good: File[], run: FileCheck | undefined }} check */
  show({ file, isExample, good, run }) {
    const isOwn = Boolean(file) && !isExample;
    byId('no-log').hidden = Boolean(file);
    byId('log-name').textContent = file?.name ?? 'No log yet';
    byId('log-facts').textContent = isExample
      ? 'lines that the model made up, and one that it did not'
      : sizeOf(file, run);
    byId('open-label').textContent = isOwn ? 'Open another' : 'Open a log';
    byId('open-label').classList.toggle('primary', !isOwn);
    keepFocus(this.good, () => this.good.replaceChildren(...good.map((one) => this.chip(one))));
  }

  /** @param {File} file */
  chip(file) {
    const made = element('button', 'chip', `Fine: ${file.name} `, element('span', 'cross', '×'));
    made.type = 'button';
    made.setAttribute('aria-label', `Do not compare with ${file.name}`);
    made.addEventListener('click', () => this.onRemove(file));
    return made;
  }
}

/**
 * @param {File | undefined} file
 * @param {FileCheck | undefined} run
 */
function sizeOf(file, run) {
  if (!file) return '';
  const lines = run?.file === file ? run.findings.lines : 0;
  return [formatBytes(file.size), ...(lines ? [formatQuantity(lines, 'line')] : [])].join(' · ');
}
