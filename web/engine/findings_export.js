// Findings as CSV for spreadsheets, and as JSON for programs: the same fields as `logling check --json`.

/**
 * @param {Finding[]} findings strangest first
 * @returns {string}
 */
function findingsAsCsv(findings) {
  const head = ['rank', 'line', 'count', 'stands_out', 'strangeness', 'kind', 'why', 'text'];
  const rows = findings.map((finding, i) => [
    i + 1,
    finding.line,
    finding.count,
    finding.standsOut ? 'yes' : 'no',
    roundedStrangeness(finding.strangeness),
    finding.kind,
    finding.why,
    finding.text,
  ]);
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

// A spreadsheet computes what begins so, also behind spaces and quotes. The same as in service/admin/runs_csv.py.
// eslint-disable-next-line no-control-regex
const FORMULA = /^[\t\r\n]|^[\s\x00-\x1f\u200b-\u200f\u2060\ufeff"'“”‘’]*[=+\-@|%＝＋－＠]/;

/**
 * A cell as in RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 * @param {string | number} value
 */
function csvCell(value) {
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) && !/^-?[0-9]+(\.[0-9]+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * @param {AboutCheck} about
 * @param {Finding[]} list strangest first
 * @param {FileCheck} check
 */
function findingsAsJson(about, list, check) {
  const { findings, characters, bits, settings } = check;
  const asJson = (/** @type {Finding} */ finding) => ({ ...findingAsJson(finding), ...finding.figures });
  return JSON.stringify(
    {
      file: about.name,
      good: about.good,
      complete: about.complete,
      lines: about.lines,
      stand_out: about.standOut,
      normal: about.ignored,
      characters,
      bits_per_char: characters && !settings.good.length ? bits / characters : null,
      findings: list.filter(({ standsOut }) => standsOut).map(asJson),
      familiar: list.filter(({ standsOut }) => !standsOut).map(asJson),
      timeline: findings.stretches.map(({ first, last, line, strangeness }) => ({
        first,
        last,
        line: line || null,
        strangeness: line ? roundedStrangeness(strangeness) : null,
      })),
    },
    null,
    1,
  );
}
