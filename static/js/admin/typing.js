/* Boxes in which several rows are found by typing: select2 makes them, and gives them no name of their own. */
"use strict";
django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete[multiple]")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.parentElement.querySelector(".select2-search__field");
    if (label && box) box.setAttribute("aria-label", label.textContent.replace(":", "").trim());
  }
});
