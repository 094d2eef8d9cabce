/* oxlint-disable no-var -- read by browsers that know nothing newer, so that they say more than a white page */
/**
 * Says which browsers are too old for the pages, where they are. Not bundled and not compiled: it has to run where the rest does not.
 * The versions are those that the build aims at (`vite.config.ts`) and the README names.
 */
(function () {
  var OLDEST = 'Chrome / Edge 107, Safari 15.4 (iOS 15.4), Firefox 114';
  var said = false;

  /** What came with the oldest that will do, each beside its browser; the others have had it for longer, unless they are let through. */
  function isTooOld() {
    return !(
      'noModule' in document.createElement('script') &&
      // Safari 15.4
      typeof Object.hasOwn === 'function' &&
      typeof structuredClone === 'function' &&
      typeof ResizeObserver === 'function' &&
      typeof AbortController === 'function' &&
      // Firefox 114
      CSS.supports('-webkit-text-security', 'disc') &&
      // Chrome and Edge 107, and what is built on them: Firefox and Safari have it since 2023 and 2024.
      (navigator.vendor !== 'Google Inc.' || 'ariaBrailleLabel' in Element.prototype)
    );
  }

  /**
   * @param {string} tag
   * @param {string} text
   * @param {HTMLElement} parent
   */
  function line(tag, text, parent) {
    var element = document.createElement(tag);
    element.appendChild(document.createTextNode(text));
    element.style.margin = '0 0 12px';
    element.style.lineHeight = '1.6';
    // The title on one line of a phone.
    if (tag === 'h1') element.style.fontSize = '25px';
    if (tag === 'h2') element.style.margin = '36px 0 12px';
    parent.appendChild(element);
  }

  function say() {
    var root = document.getElementById('root');
    if (said || root === null || root.firstChild !== null) return;
    said = true;
    var box = document.createElement('div');
    box.setAttribute('role', 'alert');
    box.setAttribute('data-testid', 'browser-too-old');
    box.style.maxWidth = '560px';
    box.style.margin = '0 auto';
    box.style.padding = '48px 24px';
    box.style.fontFamily = 'PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif';
    box.style.fontSize = '18px';
    line('h1', '浏览器版本太旧，打不开同课', box);
    line('p', '请更新浏览器，或换用以下版本（或更新的版本）：' + OLDEST + '。', box);
    line('p', '在微信里打开的，请更新微信；或点右上角“···”，选择“在浏览器中打开”。', box);
    line('h2', 'This browser is too old for Tongke', box);
    line('p', 'Please update it, or use ' + OLDEST + ' or newer.', box);
    root.appendChild(box);
  }

  if (isTooOld()) say();
  // What the list above does not know of shows when the program cannot even be read.
  window.addEventListener('error', function (event) {
    if (event.error instanceof SyntaxError) say();
  });
})();
