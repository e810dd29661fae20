/* The photo library in a small window: hands the chosen photo to the window that opened it. */
"use strict";
(() => {
  const list = document.querySelector(".library-photos");
  if (!list) return;

  /* CKEditor calls this with its button as `this`, before it puts the address into the dialog. */
  function fillDialog(photo) {
    return function fill() {
      const dialog = this.getDialog();
      if (dialog.getName() !== "image2") return;
      dialog.setValueOf("info", "alt", photo.alt);
      dialog.setValueOf("info", "decorative", photo.decorative);
      dialog.setValueOf("info", "captionText", photo.caption);
    };
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-photo]");
    if (!button || !window.opener) return;
    const photo = {
      id: button.dataset.photo,
      url: button.dataset.url,
      thumbnail: button.dataset.thumbnail,
      alt: button.dataset.alt,
      decorative: button.dataset.decorative === "1",
      caption: button.dataset.caption,
    };
    if (list.dataset.function) {
      window.opener.CKEDITOR.tools.callFunction(Number(list.dataset.function), photo.url, fillDialog(photo));
    } else {
      window.opener.postMessage({ photo }, location.origin);
    }
    window.close();
  });
})();
