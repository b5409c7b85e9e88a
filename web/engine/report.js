// A report of a check to attach to a ticket: one static page without a script, or Markdown. Plain text put together, so that
// Python can make the same bytes.

/**
 * @typedef {object} AboutCheck
 * @property {string} name of the log
 * @property {number} lines
 * @property {number} standOut lines that stand out
 * @property {number} ignored lines that are called normal
 * @property {number} [missing] findings of lines that did not come
 * @property {boolean} complete whether the log was read to its end
 * @property {string[]} good names of the logs that were fine
 */

/**
 * A page with the findings that stand out.
 * @param {AboutCheck} about
 * @param {Finding[]} findings strangest first
 */
function reportAsHtml(about, findings) {
  const { style, page } = REPORT_TEMPLATE;
  return filled(page, {
    name: escapeHtml(about.name),
    style,
    verdict: escapeHtml(verdictOf(about)),
    notes: escapeHtml(notesOf(about)),
    findings: standingOut(findings).map(findingAsHtml).join(''),
  });
}

/**
 * @param {Finding} finding
 * @param {number} i
 */
function findingAsHtml(finding, i) {
  const { line, lines, why } = finding;
  const facts = {
    rank: String(i + 1),
    facts: escapeHtml(factsOfFinding(finding)),
    why: escapeHtml(why).replace(/`([^`]*)`/g, '<code>$1</code>'),
  };
  if (!lines.length) {
    const missing = linesThatDidNotCome(finding).map((text) =>
      filled(REPORT_TEMPLATE.line, { number: '', text: escapeHtml(text) }),
    );
    return filled(REPORT_TEMPLATE.missing, { ...facts, lines: missing.join('') });
  }
  const rows = rowsOf(finding).map((row) => {
    const number = formatCount(row.number);
    return row.number === line
      ? filled(REPORT_TEMPLATE.here, { number, text: wordsAsHtml(finding) })
      : filled(REPORT_TEMPLATE.line, { number, text: escapeHtml(row.text) });
  });
  return filled(REPORT_TEMPLATE.finding, { ...facts, line: formatCount(line), lines: rows.join('') });
}

/** @param {Finding} finding */
function wordsAsHtml({ text, words }) {
  let html = '';
  let at = 0;
  for (const { begin, end, weight } of words) {
    const word = { shade: String(shadeOf(weight)), text: escapeHtml(text.slice(begin, end)) };
    html += escapeHtml(text.slice(at, begin)) + filled(REPORT_TEMPLATE.word, word);
    at = end;
  }
  return html + escapeHtml(text.slice(at));
}

/**
 * @param {AboutCheck} about
 * @param {Finding[]} findings strangest first
 */
function reportAsMarkdown(about, findings) {
  const notes = notesOf(about);
  const head = [`## ${escapeMarkdown(about.name)}`, '', verdictOf(about), ...(notes ? ['', notes] : []), ''];
  return [...head, ...standingOut(findings).flatMap(findingAsMarkdown)].join('\n');
}

/**
 * @param {Finding} finding
 * @param {number} i
 */
function findingAsMarkdown(finding, i) {
  const { line, why } = finding;
  const isMissing = !finding.lines.length;
  const lines = isMissing ? linesThatDidNotCome(finding).map((one) => `- ${one}`) : rowsAsText(finding);
  const longest = Math.max(
    2,
    ...lines.flatMap((one) => (one.match(/`+/g) ?? []).map(({ length }) => length)),
  );
  const fence = '`'.repeat(longest + 1);
  const head = `**${i + 1}.${isMissing ? '' : ` Line ${formatCount(line)}`}**: ${factsOfFinding(finding)}${why ? `: ${escapeMarkdown(why)}` : ''}`;
  return [head, '', `${fence}text`, ...lines, fence, ''];
}

/** @param {Finding} finding */
function rowsAsText(finding) {
  const rows = rowsOf(finding);
  const width = String(rows[rows.length - 1].number).length;
  return rows.map(
    ({ number, text }) => `${number === finding.line ? '>' : ' '} ${String(number).padStart(width)}  ${text}`,
  );
}

/** @param {Finding[]} findings */
function standingOut(findings) {
  return findings.filter(({ standsOut }) => standsOut);
}

/**
 * What a finding is: its kind, its strangeness and how many lines it has.
 * @param {Finding} finding
 */
function factsOfFinding({ kind, strangeness, count, lines, isEpisode }) {
  const facts = [lines.length ? KIND_WORDS[kind] : 'missing', describeStrangeness(strangeness)];
  if (lines.length && count > 1) facts.push(`${formatCount(count)} ${isEpisode ? 'lines' : 'such lines'}`);
  return facts.join(', ');
}

/**
 * The lines of a finding that did not come; none where they are not known.
 * @param {Finding} finding
 */
function linesThatDidNotCome({ text, after }) {
  return text ? [text, ...after] : [];
}

/** @param {AboutCheck} about */
function notesOf({ complete, good }) {
  const notes = [];
  if (good.length) notes.push(`Compared with ${good.join(', ')}.`);
  if (!complete) notes.push('The log was not read to its end.');
  return notes.join(' ');
}

/**
 * How dark a word is shaded: 1, 2 or 3.
 * @param {number} weight how strange it is, 0 to 1
 */
function shadeOf(weight) {
  return weight < 1 / 3 ? 1 : weight < 2 / 3 ? 2 : 3;
}

/**
 * @param {string} template
 * @param {Record<string, string>} values
 */
function filled(template, values) {
  return template.replace(/\{([a-z]+)\}/g, (_, name) => values[name]);
}

/** @param {string} text */
function escapeHtml(text) {
  const names = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[/** @type {keyof typeof names} */ (character)]);
}

/**
 * Text outside code spans with Markdown's signs escaped.
 * @param {string} text
 */
function escapeMarkdown(text) {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return text.replace(/[\\`*_{}[\]<>()#+!|~&-]/g, '\\$&');
  return parts.map((part, i) => (i % 2 ? part : part.replace(/[\\*_{}[\]<>()#+!|~&-]/g, '\\$&'))).join('`');
}
