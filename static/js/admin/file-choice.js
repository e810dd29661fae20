/* A box for files speaks the browser's language. Ours lies under it and is what one sees; the browser's own stays on
   top, unseen: it is pressed, focused, dropped on and read out as ever. */
"use strict";
(() => {
  function dress(input) {
    const shown = document.createElement("span");
    const button = document.createElement("span");
    const names = document.createElement("span");
    const frame = document.createElement("span");
    shown.className = "file-choice-shown";
    shown.setAttribute("aria-hidden", "true");
    button.className = "button";
    button.textContent = "Chọn tệp…";
    names.className = "file-choice-names";
    shown.append(button, names);
    frame.className = "file-choice";
    input.replaceWith(frame);
    frame.append(input, shown);

    const tell = () => {
      names.textContent = [...input.files].map((file) => file.name).join(", ") || "Chưa chọn tệp nào";
    };
    /* Afterwards: what goes up by itself is taken out of the box by whoever sends it. */
    input.addEventListener("change", () => setTimeout(tell, 0));
    input.form?.addEventListener("reset", () => setTimeout(tell, 0));
    tell();
  }

  document.querySelectorAll("input[type=file]").forEach(dress);
})();
