'use strict';

// The page's own engine, behind the same four functions as its peers.

class Ours {
  constructor(model) {
    this.model = model;
    this.state = new State(model);
  }

  /** Logits after each token of a new text. */
  async predict(tokens) {
    const state = new State(this.model);
    return Array.from(tokens, (token) => Array.from(state.read(token)));
  }

  /** Begin to generate: `step` reads one token and gives the logits. */
  async begin() {
    this.state = new State(this.model);
    return (token) => this.state.read(token);
  }

  /** What a text costs in bits. */
  async score(text) {
    return scoreLines(this.model, text.split('\n')).reduce((sum, line) => sum + line.bits, 0);
  }
}
