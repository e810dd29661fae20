/* Django's switch for light and dark sets data-theme; the tokens of the house listen to data-scheme. */
"use strict";
(() => {
  const root = document.documentElement;
  const schemes = { light: "paper", dark: "dark" };

  function follow() {
    const scheme = schemes[root.dataset.theme];
    if (scheme) root.dataset.scheme = scheme;
    else delete root.dataset.scheme;
  }

  follow();
  new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
})();
