// Notices when a file of the page is missing, damaged or of another version than the others, as after half of a `git pull`,
// and says which. What is missing cannot be used here: this comes first in page.js and needs none of the others. When page.js
// itself is missing, #not-started in index.html says so after a moment.

const PAGE_VERSION = '@PAGE_VERSION@';

document.addEventListener('DOMContentLoaded', () => {
  const waiting = document.getElementById('not-started');
  if (waiting) waiting.hidden = true;
  const reason = wrongFiles();
  if (!reason) return;
  showProblem({
    title: 'This page is not whole',
    reason,
    fix: 'In this page’s folder, restore its files from git: git checkout HEAD -- . Then git pull, and reload this page. On a web server, copy all of its files again.',
    chip: 'The page cannot be used',
  });
});

/** Which of the page's files are missing or of another version, as a sentence. Empty if all is well. */
function wrongFiles() {
  const style = getComputedStyle(document.documentElement).getPropertyValue('--page-version');
  /** @type {Record<string, string>} */
  const versions = {
    'index.html': document.documentElement.dataset.version ?? 'older',
    'engine.js': typeof ENGINE_VERSION === 'undefined' ? '' : ENGINE_VERSION,
    'style.css': style.trim().replaceAll(/['"]/g, ''),
  };
  const names = Object.keys(versions);
  const missing = names.filter((name) => !versions[name]);
  const others = names.filter((name) => versions[name] && versions[name] !== PAGE_VERSION);
  const isAlone = others.length > 1 && new Set(others.map((name) => versions[name])).size === 1;
  const old = isAlone && others.length + missing.length === names.length ? ['page.js'] : others;
  const sentences = [
    missing.length ? `${joined(missing)} missing or damaged.` : '',
    old.length ? `${joined(old)} of another version than the other files.` : '',
  ];
  return sentences.filter(Boolean).join(' ');
}

/** @param {string[]} names */
function joined(names) {
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'}`;
}

/**
 * Show what is wrong, and nothing else.
 * @param {{ title: string, reason: string, fix: string, chip: string }} problem
 */
function showProblem({ title, reason, fix, chip }) {
  const texts = { 'problem-title': title, 'problem-reason': reason, 'problem-fix': fix, 'self-check': chip };
  for (const [id, text] of Object.entries(texts)) byId(id).textContent = text;
  byId('problem').hidden = false;
  for (const view of document.querySelectorAll('nav, .view')) /** @type {HTMLElement} */ (view).hidden = true;
}
