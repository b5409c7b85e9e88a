// Leave out the time that a line begins with: see service/reading/times.py.

/** @param {string} line */
function dropTime(line) {
  const found = sharedPattern(`^(?:${READING_RULES.at_start.join('|')})`).exec(line);
  if (!found) return line;
  const kept = found.slice(1).find((group) => group !== undefined) ?? '';
  return kept + line.slice(found[0].length);
}
