// The strip over a whole log: a bar for each stretch, as high as its strangest line is strange, with the times of the lines.

const STRIP_HEIGHT = 40;
const TICK_HEIGHT = 18;
const TICK_ROOM = 64; // pixels that each tick needs
const WORDS_ROOM = 48; // pixels that the words of one need: where times come in bursts some ticks have none

class Strip {
  /**
   * @param {(stretch: Stretch) => void} onChoose
   * @param {AbortSignal} signal ends it
   */
  constructor(onChoose, signal) {
    this.box = byId('strip');
    this.tip = byId('strip-tip');
    this.onChoose = onChoose;
    /** @type {Stretch[]} */
    this.stretches = [];
    /** @type {(number: number) => LineTime | undefined} */
    this.timeOf = () => undefined;
    this.chosen = -1;
    onResize(this.box, () => this.draw(), signal);
    this.box.addEventListener('pointerdown', (event) => this.choose(this.under(event)));
    this.box.addEventListener('pointermove', (event) => this.showTip(this.under(event)));
    this.box.addEventListener('pointerleave', () => (this.tip.hidden = true));
    this.box.addEventListener('blur', () => (this.tip.hidden = true));
    this.box.addEventListener('keydown', (event) => this.press(event));
  }

  /** @param {PointerEvent} event */
  under(event) {
    const { left, width } = this.box.getBoundingClientRect();
    const index = Math.floor(((event.clientX - left) / width) * this.stretches.length);
    return Math.max(0, Math.min(index, this.stretches.length - 1));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const last = this.stretches.length - 1;
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[
      event.key
    ];
    if (event.key === 'Escape') this.tip.hidden = true;
    if (by) this.choose(Math.max(0, Math.min(this.chosen + by, last)));
    else if (event.key === 'Home') this.choose(0);
    else if (event.key === 'End') this.choose(last);
    else return;
    this.showTip(this.chosen);
    event.preventDefault();
  }

  /** @param {number} chosen */
  choose(chosen) {
    const stretch = this.stretches[chosen];
    if (!stretch) return;
    this.chosen = chosen;
    this.draw();
    this.onChoose(stretch);
  }

  /** @param {number} index */
  showTip(index) {
    const stretch = this.stretches[index];
    this.tip.hidden = !stretch;
    if (!stretch) return;
    this.tip.textContent = this.describe(stretch);
    const middle = ((index + 0.5) / this.stretches.length) * this.box.clientWidth;
    const most = this.box.clientWidth - this.tip.offsetWidth;
    this.tip.style.left = `${Math.max(0, Math.min(middle - this.tip.offsetWidth / 2, most))}px`;
  }

  /**
   * @param {Stretch[]} stretches
   * @param {(number: number) => LineTime | undefined} timeOf when the line of a number was written
   */
  show(stretches, timeOf) {
    if (stretches.length < this.stretches.length) this.chosen = -1;
    this.stretches = stretches;
    this.timeOf = timeOf;
    this.draw();
  }

  draw() {
    const { box, stretches, chosen } = this;
    if (!box.clientWidth) return; // hidden: the observer draws when it is shown
    const { chart, width, height } = emptyChart(box, STRIP_HEIGHT + TICK_HEIGHT, '');
    const step = width / Math.max(1, stretches.length);
    let free = 0; // from here on there is room for words
    for (const { index, words } of this.ticks(Math.floor(width / TICK_ROOM))) {
      const x = (index * step).toFixed(1);
      chart.append(svg('line', { class: 'rule', x1: x, x2: x, y1: 0, y2: STRIP_HEIGHT + 5 }));
      if (index * step < free || index * step > width - TICK_ROOM / 2) continue;
      chart.append(svg('text', { x: index * step + 3, y: height - 3 }, words));
      free = index * step + WORDS_ROOM;
    }
    if (chosen >= 0) {
      const at = { x: chosen * step, y: 0, width: Math.max(step - 1, 2), height: STRIP_HEIGHT };
      chart.append(svg('rect', { class: 'chosen', ...at }));
    }
    chart.append(...bars(stretches, step));
    const stretch = stretches[chosen];
    box.setAttribute('aria-valuemax', String(Math.max(1, stretches.length)));
    box.setAttribute('aria-valuenow', String(Math.max(0, chosen) + 1));
    const words = stretch ? this.describe(stretch) : 'Choose a stretch with the arrow keys';
    box.setAttribute('aria-valuetext', words);
    this.label();
  }

  /** What stands below the strip: times, or numbers of lines where the lines have no times. */
  label() {
    const [first, last] = [this.stretches[0], this.stretches.at(-1)];
    const name = (/** @type {number | undefined} */ number) => {
      if (!number) return '';
      const time = this.timeOf(number);
      return time ? formatTime(time) : `Line ${formatCount(number)}`;
    };
    byId('strip-first').textContent = name(first?.first);
    byId('strip-last').textContent = name(last?.last);
  }

  /** @param {number} most */
  ticks(most) {
    const { stretches } = this;
    const inTime = timeTicks(
      stretches.map(({ first }) => this.timeOf(first)),
      most,
    );
    if (inTime.length || !stretches.length) return inTime;
    const last = stretches[stretches.length - 1].last;
    return ticks(0, last)
      .filter((number) => number > 0 && Number.isInteger(number) && number < last)
      .map((number) => ({
        index: stretches.findIndex((stretch) => stretch.last >= number),
        words: formatCount(number),
      }));
  }

  /** @param {Stretch} stretch */
  describe({ first, last, line, strangeness }) {
    const lines =
      first === last ? `Line ${formatCount(first)}` : `Lines ${formatCount(first)} to ${formatCount(last)}`;
    const time = this.timeOf(first);
    const strangest = line
      ? `${first === last ? '' : `the strangest is line ${formatCount(line)}, `}${describeStrangeness(strangeness)}`
      : 'called normal';
    return `${lines}${time ? ` (${formatTime(time)})` : ''}: ${strangest}`;
  }
}

/**
 * @param {Stretch[]} stretches
 * @param {number} step pixels of each
 */
function bars(stretches, step) {
  const gap = step > 4 ? 1 : 0;
  const paths = { calm: '', strange: '' };
  stretches.forEach(({ line, strangeness, worst }, i) => {
    if (!line) return;
    const share = Math.log10(Math.max(1, strangeness)) / Math.log10(MOST_STRANGE);
    const tall = Math.max(1.5, Math.min(1, share) * (STRIP_HEIGHT - 2));
    const wide = Math.max(step - gap, 1.5);
    const bar = `M${(i * step).toFixed(2)} ${STRIP_HEIGHT}v${-tall.toFixed(1)}h${wide.toFixed(2)}v${tall.toFixed(1)}z`;
    paths[worst ? 'strange' : 'calm'] += bar;
  });
  return [svg('path', { class: 'calm', d: paths.calm }), svg('path', { class: 'strange', d: paths.strange })];
}
