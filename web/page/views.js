// Opens the view that the address names, so that links, bookmarks and the back button work. A file that is dropped
// anywhere on the page goes to the open view.

/**
 * @typedef {object} View
 * @property {string} title
 * @property {string} drop a hint while a file is dragged over it
 * @property {(settings: URLSearchParams) => void} show called whenever it is opened
 * @property {(file: File) => void} open what it does with a file
 * @property {(files: File[]) => void} [compare] what it does with logs that were fine
 */

/**
 * @param {Record<string, View>} views by their names in the address; without a name the first is open
 * @param {string} model its name
 * @param {AbortSignal} signal ends all of it
 */
function startViews(views, model, signal) {
  const open = () => {
    const { name, settings } = addressed(views);
    for (const other of Object.keys(views)) {
      byId(`${other}-view`).hidden = other !== name;
      const link = byId(`to-${other}`);
      if (other === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    document.title = `${views[name].title} · ${model}`;
    views[name].show(settings);
  };
  window.addEventListener('hashchange', open, { signal });
  window.addEventListener(
    'resize',
    debounce(
      () => {
        const { name, settings } = addressed(views);
        views[name].show(settings);
      },
      150,
      signal,
    ),
    { signal },
  );
  byId('views').hidden = false;
  open();
  acceptDrops(() => views[addressed(views).name], signal);
}

/**
 * @param {Record<string, View>} views
 */
function addressed(views) {
  const [, name, settings] = /^#([^?]*)\??(.*)$/.exec(location.hash) ?? [];
  const known = name !== undefined && Object.hasOwn(views, name) ? name : Object.keys(views)[0];
  return { name: known, settings: new URLSearchParams(settings ?? '') };
}

/**
 * Open a file that is dropped: in the open view, or, where that view compares logs, as a log that was fine. The browser itself
 * never opens it, which would leave the page.
 * @param {() => View} current
 * @param {AbortSignal} signal
 */
function acceptDrops(current, signal) {
  const hint = byId('drop-hint');
  const good = byId('drop-good');
  /** @param {DragEvent} event */
  const showHint = (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.types.includes('Files')) return;
    byId('drop-open').textContent = current().drop;
    good.hidden = !current().compare;
    hint.hidden = false;
    good.classList.toggle('over', isOver(good, event));
  };
  /** @param {DragEvent} event */
  const hideHint = (event) => {
    if (!event.relatedTarget) hint.hidden = true;
  };
  /** @param {DragEvent} event */
  const take = (event) => {
    const compare = !hint.hidden && isOver(good, event) ? current().compare : undefined;
    hint.hidden = true;
    const files = Array.from(event.dataTransfer?.files ?? []);
    if (!files.length && event.target instanceof HTMLTextAreaElement) return; // text that is dragged into a box
    event.preventDefault();
    if (compare && files.length) compare(files);
    else if (files.length) current().open(files[0]);
  };
  window.addEventListener('dragover', showHint, { signal });
  window.addEventListener('dragleave', hideHint, { signal });
  window.addEventListener('drop', take, { signal });
}

/**
 * @param {HTMLElement} box
 * @param {DragEvent} event
 */
function isOver(box, { clientX, clientY }) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return left < clientX && clientX < right && top < clientY && clientY < bottom;
}
