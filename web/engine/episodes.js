// Findings whose lines stand together are one: a stack trace, an error with what is said of it. See
// service/checking/episodes.py.

const APART = 2; // lines from one to the next of an episode, at most
const MOST_TOGETHER = 50; // lines of an episode
const LEAST_IN_EPISODE = 10; // one in so many lines: what is more usual belongs to no episode

/**
 * Findings, strangest first, each with those that tell only of lines beside its own. A finding that has a line elsewhere
 * too, or more lines than are known, or is hardly strange, stays one by itself.
 * @param {Finding[]} findings
 */
function byEpisode(findings) {
  const episodeOf = episodesOf(findings.filter(mayJoin).flatMap(({ lines }) => lines));
  /** @type {Map<number, { finding: Finding, episodes: Set<number> }[]>} */
  const heads = new Map(); // those that have lines in an episode, with all theirs
  return findings.filter((finding) => {
    if (!mayJoin(finding)) return true;
    const episodes = new Set(finding.lines.map((number) => /** @type {number} */ (episodeOf.get(number))));
    const own = Array.from(episodes);
    const known = heads.get(Math.min(...own)) ?? [];
    const head = known.find((other) => own.every((episode) => other.episodes.has(episode)));
    if (head) {
      head.finding.join(finding);
      head.finding.isEpisode = true;
      if (finding.line === head.finding.line && !head.finding.why.includes(finding.why))
        head.finding.why += `; ${finding.why}`;
      return false;
    }
    for (const episode of own)
      entryOf(heads, episode, () => /** @type {typeof known} */ ([])).push({ finding, episodes });
    return true;
  });
}

/** @param {Finding} finding */
function mayJoin({ kind, count, lines, strangeness }) {
  return ['new', 'rare', 'value'].includes(kind) && count === lines.length && strangeness >= LEAST_IN_EPISODE;
}

/**
 * The number of the episode of each line.
 * @param {number[]} numbers
 */
function episodesOf(numbers) {
  /** @type {Map<number, number>} */
  const found = new Map();
  let [first, last] = [-1, -1];
  for (const number of Array.from(new Set(numbers)).sort((a, b) => a - b)) {
    if (last < 0 || number - last > APART || number - first >= MOST_TOGETHER) first = number;
    found.set(number, first);
    last = number;
  }
  return found;
}
