// Which model this is: its name and icon, when it was trained, and whether it computes here as where it was made.

const SHORT_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const PRODUCT = 'Logling';

/**
 * The name of a model. Those of older versions have none.
 * @param {Card} card
 */
function modelNameOf({ name }) {
  return typeof name === 'string' && name ? name : PRODUCT;
}

/**
 * Show a model's name and icon, and when it was trained.
 * @param {Card} card
 */
function showModel(card) {
  const name = modelNameOf(card);
  byId('model-name').textContent = name;
  if (name !== PRODUCT) showIcon(name);
  byId('self-check').replaceChildren(...trainingFacts(card));
}

/** Say that the model computes here as where it was made. */
function showVerified() {
  const words = element('span', 'verified', 'verified ✓');
  words.title = 'It has computed its golden text to the same bits as where it was made.';
  byId('self-check').append(words);
}

/**
 * @param {Card} card
 * @returns {HTMLElement[]}
 */
function trainingFacts({ created, lines }) {
  const when = shortDay(created);
  if (!when) return [];
  const on = isNumber(lines) ? [element('span', 'more', ` on ${formatQuantity(lines, 'line')}`)] : [];
  return [element('span', '', element('span', 'more', 'trained '), when, ...on)];
}

/**
 * A day as "29 Nov", with its year unless that is this one.
 * @param {unknown} value an ISO date
 */
function shortDay(value) {
  const date = new Date(String(value));
  if (typeof value !== 'string' || Number.isNaN(date.getTime())) return undefined;
  const year = date.getUTCFullYear();
  const isThisYear = year === new Date().getUTCFullYear();
  return `${date.getUTCDate()} ${SHORT_MONTHS[date.getUTCMonth()]}${isThisYear ? '' : ` ${year}`}`;
}

/**
 * An icon for a name: its first letter, on a colour of its own, so that tabs of several models can be told apart.
 * @param {string} name
 */
function showIcon(name) {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase();
  if (!letter) return;
  let hue = 0;
  for (const code of codePoints(name)) hue = (31 * hue + code) % 360;
  const icon = svg(
    'svg',
    { id: 'icon', viewBox: '0 0 32 32', 'aria-hidden': 'true' },
    svg('rect', { width: 32, height: 32, rx: 8, fill: `hsl(${hue} 55% 30%)` }),
    svg(
      'text',
      { x: 16, y: 23, fill: '#fff', 'text-anchor': 'middle', 'font-size': 20, 'font-family': 'sans-serif' },
      letter,
    ),
  );
  byId('icon', Element).replaceWith(icon);
  const source = new XMLSerializer().serializeToString(icon);
  const link = document.querySelector('link[rel=icon]');
  if (link instanceof HTMLLinkElement) link.href = `data:image/svg+xml,${encodeURIComponent(source)}`;
}
