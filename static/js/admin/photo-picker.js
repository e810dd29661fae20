/* A picture field: opens the library in a small window and takes what is chosen there. */
"use strict";
(() => {
  let waiting = null;

  function show(picker, photo) {
    const picture = picker.querySelector("img");
    picker.querySelector("input").value = photo ? photo.id : "";
    picker.querySelector("[data-photo-caption]").textContent = photo ? photo.caption || photo.alt : "Chưa chọn ảnh";
    picker.querySelector("[data-photo-remove]").hidden = !photo;
    picture.hidden = !photo;
    if (photo) {
      picture.src = photo.thumbnail;
      picture.alt = photo.alt;
    }
  }

  document.addEventListener("click", (event) => {
    const picker = event.target.closest("[data-photo-picker]");
    if (!picker) return;
    if (event.target.closest("[data-photo-choose]")) {
      waiting = picker;
      const field = picker.querySelector("input").id;
      window.open(`${picker.dataset.library}?o=${encodeURIComponent(field)}`, "photo-library", "width=1040,height=760,scrollbars=yes");
    } else if (event.target.closest("[data-photo-remove]")) {
      show(picker, null);
      picker.querySelector("[data-photo-choose]").focus();
    }
  });

  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || !waiting || !event.data || !event.data.photo) return;
    show(waiting, event.data.photo);
    waiting.querySelector("[data-photo-choose]").focus();
    waiting = null;
  });
})();
