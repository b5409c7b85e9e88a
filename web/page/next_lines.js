// What comes next, by kinds of lines: each with its share of many sampled lines, and with made-up examples.

const NEXT_SAMPLES = 200;
const FEWEST_TOLD = 20; // of these that are no noise
const KINDS_SHOWN = 6;
const LEAST_SHARE_SHOWN = 0.02;
const SAYS_SOMETHING = /[\p{L}\p{N}]/u; // a kind that is more than gaps and signs
const MUCH_NOISE = 0.5; // of the sampled lines
const LEAST_TO_THE_LETTER = 0.001; // probability of a line that is shown with all its values

/** The card that says what kind of line comes next. */
class NextKinds {
  /**
   * @param {Workers} workers
   * @param {SharedLog} log
   * @param {Profile} profile
   */
  constructor(workers, log, profile) {
    this.workers = workers;
    this.log = log;
    this.profile = profile;
    this.running = new AbortController();
    this.drawn = 0;
  }

  stop() {
    this.running.abort();
  }

  /** Sample the next line many times, and the likeliest one to the letter. */
  async run() {
    this.stop();
    this.running = new AbortController();
    const { signal } = this.running;
    const context = this.log.lines();
    const take = (/** @type {Sample} */ { lines: [line], bits: [bits] }) => showLikeliest(line, 2 ** -bits);
    const greedy = { context, begun: '', options: { steps: 1, temperature: 0 } };
    await this.workers.run('futures', greedy, take, signal);
    const first = await this.sample({ context, begun: '' }, signal);
    if (first.areClear || signal.aborted) return;
    // Hardly a line could be told: let those be drawn again that become noise.
    const again = await this.sample({ context, begun: '', profile: this.profile }, signal);
    if (!signal.aborted && again.lines.length < FEWEST_TOLD) showKinds(first);
  }

  /**
   * @param {{ context: string[], begun: string, profile?: Profile }} request
   * @param {AbortSignal} signal
   */
  async sample(request, signal) {
    const next = new NextLines(this.profile);
    let leftOut = 0; // that were noise whenever they were drawn
    this.drawn = performance.now();
    const options = { samples: NEXT_SAMPLES, steps: 1, seed: 1, candidates: 1 }; // kinds are told, not numbers
    await sampleSideBySide(this.workers, { ...request, options }, signal, (_, { lines }) => {
      if (lines.length) next.add(lines[0]);
      else leftOut++;
      if (performance.now() - this.drawn < REDRAW) return;
      this.drawn = performance.now();
      showKinds(next, leftOut);
    });
    if (!signal.aborted) showKinds(next, leftOut);
    return next;
  }
}

/**
 * Show the one line that is known at first.
 * @param {string} line
 */
function showFirstKind(line) {
  const next = new NextLines(new Profile());
  next.add(line);
  byId('likely').replaceChildren(
    element('li', '', ...kindRow('likeliest', 0, next.kinds().kinds[0].text, '')),
  );
}

/**
 * @param {NextLines} next
 * @param {number} [leftOut] sampled lines that were nothing but noise
 */
function showKinds(next, leftOut = 0) {
  if (!next.lines.length) return;
  const { kinds, noise } = next.kinds();
  const sampled = next.lines.length;
  const telling = kinds.filter(({ text, share }) => share >= LEAST_SHARE_SHOWN && SAYS_SOMETHING.test(text));
  const shown = telling.slice(0, KINDS_SHOWN);
  const list = byId('likely');
  const open = new Set(Array.from(list.querySelectorAll('details[open]'), (one) => one.id));
  const shared = sharedBeginning(shown.map(({ text }) => text));
  list.replaceChildren(...shown.map((kind, i) => kindItem(kind, shared, `kind-${i}`, open.has(`kind-${i}`))));
  byId('likely-note').textContent = [
    shown.length ? otherKinds(kinds.filter((kind) => !shown.includes(kind))) : 'No kind of line stands out.',
    `Told by ${formatQuantity(sampled, 'sampled line')}; the values are made up.`,
    leftOut ? `${formatCount(leftOut)} more became noise, and are left out.` : noiseWords(noise / sampled),
  ].join(' ');
}

/** @param {LineKind[]} others */
function otherKinds(others) {
  if (!others.length) return '';
  const share = others.reduce((sum, kind) => sum + kind.share, 0);
  const all = `${formatQuantity(others.length, 'other kind')}${others.length > 1 ? ' together' : ''}`;
  return `${all}: ${formatShare(share)}.`;
}

/** @param {number} share of the sampled lines */
function noiseWords(share) {
  if (!share) return '';
  const words = `${formatShare(share)} of them became noise on the way, and count for the kinds that begin as they do.`;
  return share < MUCH_NOISE ? words : `${words} This model knows better how lines begin than how they end.`;
}

/**
 * @param {LineKind} kind
 * @param {string} shared beginning of all kinds
 * @param {string} id
 * @param {boolean} isOpen
 */
function kindItem({ text, share, examples }, shared, id, isOpen) {
  const row = kindRow(formatShare(share), share, text.slice(shared.length), shared);
  if (!examples.length) return element('li', '', ...row);
  const details = element('details', '', element('summary', 'likelihood', ...row));
  details.id = id;
  details.open = isOpen;
  details.append(
    element('ul', 'examples', ...examples.map((line) => element('li', '', element('code', 'text', line)))),
  );
  return element('li', '', details);
}

/**
 * @param {string} figure
 * @param {number} share
 * @param {string} text
 * @param {string} shared what stands before it in all kinds
 */
function kindRow(figure, share, text, shared) {
  const bar = element('span', 'bar');
  bar.style.setProperty('--share', String(share));
  return [
    element('span', 'figure', figure),
    bar,
    element('code', 'text', ...(shared ? [element('span', 'quiet', shared)] : []), ...withGapsMarked(text)),
  ];
}

/** @param {string} text */
function withGapsMarked(text) {
  return text.split(/(…)/).map((piece) => (piece === '…' ? element('span', 'gap', piece) : piece));
}

/**
 * What all texts begin with, up to a space.
 * @param {string[]} texts
 */
function sharedBeginning([first, ...others]) {
  if (!others.length) return '';
  let length = 0;
  while (length < first.length && others.every((text) => text[length] === first[length])) length++;
  return first.slice(0, first.lastIndexOf(' ', length - 1) + 1);
}

/**
 * A share of samples, which is never more exact than they are.
 * @param {number} share
 */
function formatShare(share) {
  const percent = Math.round(100 * share);
  if (percent === 0) return share ? `<${SPACE}1${SPACE}%` : `0${SPACE}%`;
  return percent === 100 && share < 1 ? `>${SPACE}99${SPACE}%` : `${percent}${SPACE}%`;
}

/**
 * @param {string} line
 * @param {number} probability
 */
function showLikeliest(line, probability) {
  const isLikely = probability >= LEAST_TO_THE_LETTER;
  byId('likeliest').replaceChildren(
    ...(isLikely
      ? ['The likeliest line to the letter, ', element('b', '', formatProbability(probability)), ': ']
      : []),
    ...(isLikely ? [element('code', '', line || '(an empty line)')] : []),
  );
}
