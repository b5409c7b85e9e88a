// Files that the page makes. The browser saves them; nothing is sent.

/**
 * @param {string} name
 * @param {string} type
 * @param {string} content
 */
function saveFile(name, type, content) {
  const link = element('a', '');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  // The browser reads the address some time after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
