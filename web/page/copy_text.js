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

const COPIED = 1500; // milliseconds for which a button says that it has copied

/**
 * Make a button copy a text, and say so.
 * @param {HTMLElement} button
 * @param {() => string | undefined} textOf
 */
function copyOnClick(button, textOf) {
  const words = button.textContent;
  button.addEventListener('click', async () => {
    const text = textOf();
    if (text === undefined) return;
    await copyText(text);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = words), COPIED);
  });
}
