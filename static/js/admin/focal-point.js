/* The focal point of a photo: chosen on the picture, by pointer or arrow keys; the number fields follow and lead. */
"use strict";
(() => {
  const section = document.querySelector("[data-focal]");
  const across = document.querySelector("[data-focal-number=x]");
  const down = document.querySelector("[data-focal-number=y]");
  if (!section || !across || !down) return;

  const picture = section.querySelector(".focal-picture");
  const mark = section.querySelector(".focal-mark");
  const crops = [...section.querySelectorAll("[data-focal-crop]")];
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const within = (value) => Math.min(100, Math.max(0, Math.round(Number(value) || 0)));

  function show() {
    const [x, y] = [within(across.value), within(down.value)];
    mark.style.left = `${x}%`;
    mark.style.top = `${y}%`;
    mark.setAttribute("aria-valuenow", x);
    mark.setAttribute("aria-valuetext", `ngang ${x} %, dọc ${y} %`);
    /* object-position counts as the server does when it cuts: see news/renditions.py. */
    crops.forEach((crop) => {
      crop.style.objectPosition = `${x}% ${y}%`;
    });
  }

  function move(x, y) {
    across.value = within(x);
    down.value = within(y);
    show();
  }

  function follow(event) {
    const box = picture.getBoundingClientRect();
    move(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
  }

  section.querySelector("#focal-help").hidden = false;
  mark.hidden = false;
  crops.forEach((crop) => {
    crop.src = crop.dataset.focalCrop;
  });

  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    mark.focus({ preventScroll: true });
    follow(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (picture.hasPointerCapture(event.pointerId)) follow(event);
  });
  mark.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    move(within(across.value) + step[0] * far, within(down.value) + step[1] * far);
  });
  [across, down].forEach((field) => field.addEventListener("input", show));
  show();
})();
