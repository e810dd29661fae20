// Runs before the first paint (a classic script in <head>): the reader's size and colours, from this browser only.
(function () {
  var root = document.documentElement;
  root.dataset.js = "";
  try {
    var size = localStorage.getItem("size");
    var scheme = localStorage.getItem("scheme");
    if (size) root.dataset.size = size;
    if (scheme) root.dataset.scheme = scheme;
  } catch (error) {
    // Storage is forbidden in this browser: the page is shown as it comes.
  }
})();
