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
  const waiting = [];
  let busy = false;
  let done = 0;
  let refused = 0;

  form.querySelector("[type=submit]").hidden = true;
  form.querySelector(".drop-hint").hidden = false;

  function say() {
    const parts = [];
    if (waiting.length || busy) parts.push(`Còn ${waiting.length + (busy ? 1 : 0)} ảnh đang chờ.`);
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

  function answered(entry, request) {
    let answer = null;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      /* Not our answer: a proxy's page, or the one that says a form lost its token. */
    }
    if (request.status === 201 && answer && answer.card) {
      done += 1;
      entry.item.remove();
      const template = document.createElement("template");
      template.innerHTML = answer.card;
      const empty = grid.querySelector(".library-empty");
      if (empty) empty.remove();
      grid.prepend(template.content);
    } else if (answer && answer.error) {
      refuse(entry, answer.error, request.status === 503);
    } else if (request.status === 413) {
      refuse(entry, tooLarge(), false);
    } else if (request.status === 403) {
      refuse(entry, "Phiên làm việc đã hết hạn. Hãy tải lại trang rồi gửi lại ảnh.", false);
    } else {
      refuse(entry, "Máy chủ chưa nhận được ảnh. Hãy gửi lại sau ít phút.", true);
    }
  }

  function tooLarge() {
    return `Ảnh lớn hơn ${Math.floor(largest / 1048576)} MB. Hãy thu nhỏ ảnh rồi tải lại.`;
  }

  function next() {
    if (busy) return;
    const entry = waiting.shift();
    if (!entry) {
      say();
      return;
    }
    busy = true;
    say();
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("upload", entry.file);
    data.append("credit", credit.value);
    request.open("POST", form.dataset.photoUpload);
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.round((event.loaded / event.total) * 100);
      entry.bar.value = percent;
      entry.words.textContent = percent < 100 ? `${percent} %` : "Đang xử lý ảnh";
    });
    request.addEventListener("load", () => answered(entry, request));
    request.addEventListener("error", () => refuse(entry, "Mất kết nối với máy chủ.", true));
    request.addEventListener("loadend", () => {
      busy = false;
      next();
    });
    request.send(data);
  }

  function take(files) {
    for (const file of files) {
      const entry = line(file);
      if (file.size > largest) refuse(entry, tooLarge(), false);
      else waiting.push(entry);
    }
    next();
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
    if (busy || waiting.length) event.preventDefault();
  });
})();
