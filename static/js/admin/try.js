/* "Xem thử": the page as readers would see it, from the form as it stands, in a frame as wide as a phone or a desk.
   Without this file the button opens the page in a tab of its own. */
"use strict";
(() => {
  const button = document.querySelector("[data-try]");
  if (!button || !window.HTMLDialogElement) return;

  const WIDTHS = [["Điện thoại", 360], ["Máy tính bảng", 768], ["Máy tính", 1280]];

  const dialog = document.createElement("dialog");
  dialog.className = "try";
  dialog.setAttribute("aria-label", "Xem thử trang");

  const bar = document.createElement("div");
  bar.className = "try-bar";
  const group = document.createElement("div");
  group.className = "try-widths";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Bề rộng màn hình");
  const stage = document.createElement("div");
  stage.className = "try-stage";
  const frame = document.createElement("iframe");
  frame.name = button.getAttribute("formtarget");
  frame.title = "Trang xem thử";
  stage.append(frame);

  let wide = window.innerWidth < 800 ? 360 : 1280;

  /* The page is laid out at its true width and shown smaller where the window has less room. */
  function fit() {
    const scale = Math.min(1, stage.clientWidth / wide);
    frame.style.width = `${wide}px`;
    frame.style.height = `${stage.clientHeight / scale}px`;
    frame.style.transform = `scale(${scale})`;
    frame.style.marginLeft = `${Math.max(0, (stage.clientWidth - wide * scale) / 2)}px`;
    for (const choice of group.children) choice.setAttribute("aria-pressed", String(Number(choice.dataset.width) === wide));
  }

  for (const [name, width] of WIDTHS) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = "button";
    choice.textContent = `${name} (${width})`;
    choice.dataset.width = width;
    choice.addEventListener("click", () => {
      wide = width;
      fit();
    });
    group.append(choice);
  }

  const close = document.createElement("button");
  close.type = "button";
  close.className = "button";
  close.textContent = "Đóng";
  close.addEventListener("click", () => dialog.close());
  bar.append(group, close);
  dialog.append(bar, stage);
  document.body.append(dialog);

  button.addEventListener("click", () => {
    dialog.showModal();
    fit();
  });
  dialog.addEventListener("close", () => button.focus());
  window.addEventListener("resize", () => {
    if (dialog.open) fit();
  });
})();
