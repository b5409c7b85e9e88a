// Text to the clipboard. A browser that gives no clipboard to a page from file:// copies what is selected.

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = element('textarea', 'visually-hidden', text);
    const focused = document.activeElement;
    document.body.append(box);
    box.select();
    document.execCommand('copy');
    box.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
