// Which reading a log is read with: the one that fits best, or the one that a person chooses.

/** A menu of a card's readings, and of lines as they stand. */
class ReadingMenu {
  /**
   * @param {HTMLSelectElement} box
   * @param {Model} model
   * @param {Card} card
   */
  constructor(box, model, card) {
    this.box = box;
    this.model = model;
    this.readings = readingsOf(card);
    const best = this.readings.length > 1 ? 'as fits the log best' : 'as the model’s own log';
    box.replaceChildren(
      new Option(best, 'best'),
      ...(this.readings.length > 1
        ? this.readings.map((reading, i) => new Option(describeReading(reading), String(i)))
        : []),
      new Option(describeReading(RAW), 'raw'),
    );
    this.says = Boolean(card.reading);
    if (!this.says) byId('reading-note').textContent = '· this model does not say how its log was read';
  }

  /**
   * The reading of a log that begins with these bytes. The page says which one it is.
   * @param {Uint8Array} head
   */
  choose(head) {
    const { value } = this.box;
    const chosen =
      value === 'best' ? cheapestReading(this.model, this.readings, head) : this.readings[Number(value)];
    const reading = chosen ?? RAW;
    if (this.says) byId('reading-note').textContent = `· read with ${describeReading(reading)}`;
    return reading;
  }
}
