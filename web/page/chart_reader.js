// Reads the values off a chart: a line and a tip at the step under the pointer, or at the one that the arrow keys chose.

/**
 * What can be read off a chart.
 * @typedef {object} Readings
 * @property {string} label what the chart shows
 * @property {{ x: number, words: string }[]} points from left to right, x in pixels
 */

class ChartReader {
  /**
   * @param {string} box the id of the chart's box
   * @param {string} tip the id of an element beside it
   */
  constructor(box, tip) {
    this.box = byId(box);
    this.tip = byId(tip);
    /** @type {Readings} */
    this.readings = { label: '', points: [] };
    this.at = -1; // the point that is read, or none
    this.box.addEventListener('pointermove', (event) => this.read(this.nearest(event)));
    this.box.addEventListener('pointerdown', (event) => this.read(this.nearest(event)));
    this.box.addEventListener('pointerleave', () => this.read(-1));
    this.box.addEventListener('blur', () => this.read(-1));
    this.box.addEventListener('keydown', (event) => this.press(event));
  }

  /** @param {Readings} readings */
  show(readings) {
    this.readings = readings;
    this.box.setAttribute('aria-label', readings.label);
    this.box.setAttribute('aria-valuemin', '1');
    this.box.setAttribute('aria-valuemax', String(Math.max(1, readings.points.length)));
    this.read(Math.min(this.at, readings.points.length - 1));
  }

  /** @param {PointerEvent} event */
  nearest(event) {
    const x = event.clientX - this.box.getBoundingClientRect().left;
    let best = -1;
    this.readings.points.forEach((point, i) => {
      if (best < 0 || Math.abs(point.x - x) < Math.abs(this.readings.points[best].x - x)) best = i;
    });
    return best;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const last = this.readings.points.length - 1;
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (by) this.read(Math.max(0, Math.min(this.at + by, last)));
    else if (event.key === 'Home') this.read(0);
    else if (event.key === 'End') this.read(last);
    else if (event.key === 'Escape') this.read(-1);
    else return;
    event.preventDefault();
  }

  /** @param {number} at */
  read(at) {
    const { points } = this.readings;
    const point = points[at];
    this.at = point ? at : -1;
    this.box.querySelector('.cursor')?.remove();
    this.tip.hidden = !point;
    this.box.setAttribute('aria-valuenow', String(Math.max(1, at + 1)));
    this.box.setAttribute('aria-valuetext', point?.words ?? 'Choose a line with the arrow keys');
    if (!point) return;
    const cursor = element('span', 'cursor');
    cursor.style.left = `${point.x}px`;
    this.box.append(cursor);
    this.tip.textContent = point.words;
    const most = this.box.clientWidth - this.tip.offsetWidth;
    this.tip.style.left = `${Math.max(0, Math.min(point.x - this.tip.offsetWidth / 2, most))}px`;
  }
}
