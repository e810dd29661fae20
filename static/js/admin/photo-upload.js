/* The library: files chosen or dropped anywhere on the page are sent one by one, each with its own progress. */
"use strict";
(() => {
  const form = document.querySelector("[data-photo-upload]");
  if (!form) return;

  const input = form.querySelector("input[type=file]");
  const credit = form.querySelector("[name=credit]");
  const list = form.querySelector(".drop-files");
  const said = form.querySelector(".drop-said");
  const grid = document.querySelector(".photo-grid");
  const largest = Number(form.dataset.largest);
  const way = window.deskUploads.wayTo(form.dataset.photoUpload, form);
  let done = 0;
  let refused = 0;

  form.querySelector("[type=submit]").hidden = true;
  form.querySelector(".drop-hint").hidden = false;

  function say() {
    const parts = [];
    if (way.left) parts.push(`Còn ${way.left} ảnh đang chờ.`);
    if (done) parts.push(`Đã tải lên ${done} ảnh.`);
    if (refused) parts.push(`${refused} ảnh chưa tải lên được.`);
    said.textContent = parts.join(" ");
  }

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const words = document.createElement("span");
    name.className = "drop-name";
    name.textContent = file.name;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `Đang tải ${file.name}`);
    words.className = "drop-words";
    words.textContent = "Đang chờ";
    item.append(name, bar, words);
    list.append(item);
    return { item, bar, words, file };
  }

  function refuse(entry, message, mayRetry) {
    refused += 1;
    entry.bar.remove();
    entry.item.classList.add("refused");
    entry.words.textContent = message;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = mayRetry ? "Gửi lại" : "Bỏ khỏi danh sách";
    button.setAttribute("aria-label", `${button.textContent}: ${entry.file.name}`);
    button.addEventListener("click", () => {
      refused -= 1;
      entry.item.remove();
      if (mayRetry) take([entry.file]);
      else say();
      input.focus();
    });
    entry.item.append(button);
  }

  function arrive(entry, card) {
    done += 1;
    entry.item.remove();
    const template = document.createElement("template");
    template.innerHTML = card;
    const empty = grid.querySelector(".library-empty");
    if (empty) empty.remove();
    grid.prepend(template.content);
  }

  async function send(entry) {
    const { card, error } = await way.send(() => ({ upload: entry.file, credit: credit.value }), (part) => {
      const percent = Math.round(part * 100);
      entry.bar.value = percent;
      entry.words.textContent = percent < 100 ? `${percent} %` : "Đang xử lý ảnh";
    });
    if (card) arrive(entry, card);
    else refuse(entry, error.message, error.again);
    say();
  }

  function take(files) {
    for (const file of files) {
      const entry = line(file);
      if (file.size > largest) refuse(entry, `Ảnh lớn hơn ${Math.floor(largest / 1048576)} MB. Hãy thu nhỏ ảnh rồi tải lại.`, false);
      else send(entry);
    }
    say();
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });

  /* The whole page is the target: nobody has to aim, and a miss never opens the picture instead of the page. */
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  let depth = 0;
  const mark = () => document.body.classList.toggle("drop-here", depth > 0);
  document.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    mark();
  });
  document.addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    mark();
  });
  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    take([...event.dataTransfer.files]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (way.left) event.preventDefault();
  });
})();
