/* A form of the desk that keeps a copy of itself in this browser while one writes, and offers it again.

   The form is marked by [data-kept-form]: which kind of page, which row, which version it began from, and whether
   what it shows was refused and so is saved nowhere. */
"use strict";
(() => {
  const mark = document.querySelector("[data-kept-form]");
  const copies = window.deskCopies;
  if (!mark || !copies) return;

  const form = mark.closest("form");
  const { keptForm: kind, row, unsaved } = mark.dataset;
  const version = Number(mark.dataset.version);
  const place = form.querySelector("[data-copies]");
  const keptAt = document.createElement("span");
  keptAt.className = "quiet desk-kept";
  const EVERY = 1000;
  /* The tick "nobody else needs to look" is a statement; a machine does not make it for anybody. */
  const LEFT_OUT = new Set(["alone"]);

  let saved = null;
  let written = "";
  let key = "";
  let sent = null;
  let leaving = false;
  const bodies = new Map();

  /* --- What stands in the form ----------------------------------------------------------------- */

  function editorOf(field) {
    return window.CKEDITOR && window.CKEDITOR.instances[field.id];
  }

  function isWritten(field) {
    if (!field.name || LEFT_OUT.has(field.name) || field.disabled) return false;
    /* Whose text is kept is chosen anew each time that two are shown. */
    if (field.closest(".conflict")) return false;
    if (field.type === "hidden") return Boolean(field.closest("[data-photo-picker]"));
    return !["submit", "button", "file", "password", "fieldset", "output"].includes(field.type);
  }

  /* A body is read from the editor only after it has changed: that costs more than all other boxes. */
  function bodyOf(editor) {
    if (!bodies.has(editor.name) || editor.mode !== "wysiwyg") bodies.set(editor.name, editor.getData());
    return bodies.get(editor.name);
  }

  function values() {
    const found = {};
    for (const field of form.elements) {
      if (!isWritten(field)) continue;
      const editor = editorOf(field);
      if (editor) {
        found[field.name] = bodyOf(editor);
      } else if (field.type === "checkbox" || field.type === "radio") {
        found[field.name] = found[field.name] || [];
        if (field.checked) found[field.name].push(field.value);
      } else if (field.multiple) {
        found[field.name] = [...field.selectedOptions].map((option) => [option.value, option.text]);
      } else if (field.type === "hidden") {
        const picture = field.parentElement.querySelector("img");
        found[field.name] = [field.value, field.value && picture ? picture.getAttribute("src") : "", picture ? picture.alt : ""];
      } else {
        found[field.name] = field.value;
      }
    }
    for (const list of fileLists()) {
      found[list.dataset.name] = [...list.querySelectorAll("[data-file]")].map((item) => item.dataset.file);
    }
    return found;
  }

  /* Files below the story: their order is the value, see attachments.js. */
  const fileLists = () => form.querySelectorAll("[data-attachments][data-name]:not([data-name=''])");

  function put(found) {
    for (const list of fileLists()) {
      const files = found[list.dataset.name];
      if (files) list.dispatchEvent(new CustomEvent("desk:put-back", { detail: files }));
    }
    for (const field of form.elements) {
      if (!isWritten(field) || !(field.name in found)) continue;
      const value = found[field.name];
      const editor = editorOf(field);
      if (editor) {
        editor.setData(value);
        bodies.set(editor.name, value);
      } else if (field.type === "checkbox" || field.type === "radio") {
        field.checked = value.includes(field.value);
      } else if (field.multiple) {
        putChosen(field, value);
      } else if (field.type === "hidden") {
        putPicture(field, value);
      } else {
        field.value = value;
      }
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  /* A list that is searched on the server holds only what is chosen already. */
  function putChosen(field, chosen) {
    const wanted = new Map(chosen);
    for (const option of field.options) {
      option.selected = wanted.has(option.value);
      wanted.delete(option.value);
    }
    wanted.forEach((text, value) => field.add(new Option(text, value, false, true)));
    if (window.django && window.django.jQuery) window.django.jQuery(field).trigger("change");
  }

  function putPicture(field, [value, source, words]) {
    const picker = field.closest("[data-photo-picker]");
    const picture = picker.querySelector("img");
    const caption = picker.querySelector("[data-photo-caption]");
    const removing = picker.querySelector("[data-photo-remove]");
    field.value = value;
    if (picture) {
      picture.hidden = !value;
      picture.alt = words || "";
      if (source) picture.src = source;
    }
    if (caption) caption.textContent = value ? words : "Chưa chọn ảnh";
    if (removing) removing.hidden = !value;
  }

  const asText = (found) => JSON.stringify(found);

  /* Which boxes a copy has otherwise; an address left empty is filled when saving, that is nobody's text. */
  function differing(found, now) {
    const plain = (value) => (typeof value === "string" ? value.replace(/\r\n/g, "\n").trim() : asText(value));
    return Object.keys(found).filter(
      (name) => name in now && plain(found[name]) !== plain(now[name]) && !(name === "slug" && found[name] === ""),
    );
  }

  /* --- Keeping --------------------------------------------------------------------------------- */

  function isDirty(now = asText(values())) {
    return Boolean(saved) && (Boolean(unsaved) || now !== saved);
  }

  function copyOf(found, text) {
    const title = typeof found.title === "string" ? found.title.trim().slice(0, 120) : "";
    return {
      key, kind, row, version: seen(), title, values: found, user: copies.user, at: Date.now(),
      ...(sent && sent.text === text ? { sent: sent.name } : {}),
    };
  }

  /* Of a form that shows two people's texts: the version from which the writer's own began. */
  const seenBox = () => form.querySelector("[name=began]") || form.querySelector("[name=seen]");
  const seen = () => (seenBox() && seenBox().value !== "" ? Number(seenBox().value) : version);

  async function keep() {
    if (!saved || leaving === "signed out") return;
    const found = values();
    const text = asText(found);
    if (text === written) return;
    written = text;
    if (!isDirty(text)) {
      await copies.remove(key);
      sayKept(null);
      return;
    }
    sayKept((await copies.keep(copyOf(found, text))) ? new Date() : false);
  }

  /* Closing, sending, another window: written at once, as well. */
  function keepNow() {
    if (!saved || leaving === "signed out") return;
    const found = values();
    const text = asText(found);
    if (!isDirty(text)) return;
    const copy = copyOf(found, text);
    copies.keepNow(copy);
    copies.keep(copy);
    written = text;
  }

  function sayKept(when) {
    if (when === null) {
      keptAt.textContent = "";
    } else if (when) {
      keptAt.textContent = `Chưa lưu. Đã giữ một bản trong trình duyệt này lúc ${when.toLocaleTimeString("vi")}.`;
    } else if (!place.querySelector("[data-no-copies]")) {
      keptAt.textContent = "";
      const warning = note("Trình duyệt này không giữ được bản đang viết. Hãy bấm lưu thường xuyên.");
      warning.dataset.noCopies = "";
    }
  }

  /* --- Offering -------------------------------------------------------------------------------- */

  function note(...parts) {
    const box = document.createElement("div");
    box.className = "desk-note";
    const line = document.createElement("p");
    line.append(...parts);
    box.append(line);
    place.append(box);
    return box;
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  function buttonsOf(...buttons) {
    const line = document.createElement("div");
    line.className = "desk-note-buttons";
    line.append(...buttons);
    return line;
  }

  function time(at) {
    const when = new Date(at);
    const clock = when.toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit" });
    return when.toDateString() === new Date().toDateString() ? `${clock} hôm nay` : `${clock} ngày ${when.toLocaleDateString("vi")}`;
  }

  function focusForm() {
    const first = form.querySelector("[name=title]") || form.querySelector("textarea, input[type=text]");
    if (first) first.focus();
  }

  /* Returns what undoes it. The old copy goes once the form's own is kept. */
  function putBack(copy) {
    const before = values();
    const beforeSeen = seenBox() && seenBox().value;
    /* The server holds a copy that began from an older version against the newer one, and shows both. */
    if (seenBox() && row) seenBox().value = copy.version;
    put(copy.values);
    keep().then(() => copies.remove(copy.key));
    return () => {
      if (seenBox()) seenBox().value = beforeSeen;
      put(before);
      keep();
    };
  }

  /* Whether it was put back without asking. */
  function offer(copy, { mayPutBack }) {
    const now = values();
    let names = differing(copy.values, now);
    /* A refused save comes back cleaned: the same words are the same text. */
    if (unsaved) names = names.filter((name) => wordsOf(name, copy.values[name]) !== wordsOf(name, now[name]));
    if (!names.length) {
      keep().then(() => copies.remove(copy.key));
      return false;
    }
    const older = Boolean(row) && copy.version !== version;
    const look = differences(copy, names, now);
    /* It was sent, nobody said that it arrived, and nobody has saved meanwhile: what the writer wanted is clear. */
    if (mayPutBack && copy.sent && !older && !unsaved) {
      const undo = putBack(copy);
      const box = note(
        `Máy chủ chưa xác nhận lần bấm lưu lúc ${time(copy.at)}. Chữ bạn viết đã được đặt lại vào đây: hãy bấm lưu lần nữa.`,
      );
      box.append(look, buttonsOf(button(row ? "Bỏ, dùng bản trên máy chủ" : "Bỏ, viết tin khác", () => {
        undo();
        box.remove();
        focusForm();
      })));
      return true;
    }
    const box = note(
      `Trình duyệt này còn giữ bản bạn viết dở lúc ${time(copy.at)}, chưa được lưu.`,
      older ? ` ${seenBox() ? "Sau lúc đó tin đã có phiên bản mới hơn: nếu lấy lại, khi lưu bạn sẽ được xem cả hai bản." : "Sau lúc đó trang đã được sửa: hãy xem chỗ khác nhau trước khi lấy lại."}` : "",
    );
    box.append(
      look,
      buttonsOf(
        button("Lấy lại bản viết dở", () => {
          putBack(copy);
          box.remove();
          note(`Đã đặt lại bản viết dở lúc ${time(copy.at)}. Bản này chưa được lưu.`);
          focusForm();
        }),
        button("Bỏ bản viết dở", () => {
          copies.remove(copy.key);
          box.remove();
          focusForm();
        }),
      ),
    );
    return false;
  }

  const fileList = (name) => [...fileLists()].find((list) => list.dataset.name === name);

  function labelOf(name) {
    if (fileList(name)) return "Tệp đính kèm";
    const field = form.elements[name];
    const box = field && (field.id ? field : field[0]);
    const label = box && (form.querySelector(`label[for="${box.id}"]`) || (box.closest(".form-row") || form).querySelector("label, legend"));
    return (box && box.getAttribute("aria-label")) || (label ? label.textContent.replace(/:\s*$/, "").trim() : name);
  }

  /* A body as its words: read by a parser that runs nothing and fetches nothing. */
  function wordsOf(name, value) {
    if (fileList(name)) return value.map((file) => JSON.parse(file).title).join(", ") || "không có tệp";
    const field = form.elements[name];
    if (Array.isArray(value)) {
      if (field && field.type === "hidden") return value[2] || (value[0] ? "một ảnh khác" : "không có ảnh");
      if (field && field.type === "checkbox") return value.length ? "có" : "không";
      return value.map((part) => (Array.isArray(part) ? part[1] : part)).join(", ");
    }
    if (field && field.options) {
      const option = [...field.options].find((one) => one.value === value);
      return option ? option.text : value;
    }
    if (!field || !editorOf(field)) return value;
    const body = new DOMParser().parseFromString(value, "text/html").body;
    body.querySelectorAll("p, li, h1, h2, h3, h4, tr, blockquote, br, figcaption").forEach((block) => block.append("\n"));
    body.querySelectorAll("img").forEach((picture) => picture.replaceWith(`[ảnh: ${picture.alt}]`));
    return body.textContent.replace(/[ \t\u00a0]+/g, " ").replace(/\s*\n\s*/g, "\n").trim();
  }

  function differences(copy, names, now) {
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "Xem chỗ khác nhau";
    const list = document.createElement("dl");
    list.className = "desk-differences";
    for (const name of names) {
      const term = document.createElement("dt");
      const what = document.createElement("dd");
      term.textContent = labelOf(name);
      what.append(...marked(wordsOf(name, now[name]), wordsOf(name, copy.values[name])));
      list.append(term, what);
    }
    details.append(summary, list);
    return details;
  }

  /* The stretch from the first to the last differing word: struck out as the server has it, underlined as the copy has it. */
  function marked(old, fresh) {
    const AROUND = 12;
    const one = old.match(/\S+\s*|\s+/g) || [];
    const other = fresh.match(/\S+\s*|\s+/g) || [];
    const same = (word, match) => word.trim() === match.trim();
    let start = 0;
    while (start < one.length && start < other.length && same(one[start], other[start])) start += 1;
    let end = 0;
    while (
      end < one.length - start && end < other.length - start &&
      same(one[one.length - 1 - end], other[other.length - 1 - end])
    ) end += 1;
    if (start === one.length && start === other.length) return ["Chữ giống nhau, cách trình bày khác."];
    const parts = [];
    const add = (tag, words) => {
      if (!words) return;
      const element = document.createElement(tag);
      element.textContent = words;
      parts.push(element);
    };
    if (start > AROUND) parts.push("… ");
    parts.push(other.slice(Math.max(0, start - AROUND), start).join(""));
    add("del", one.slice(start, one.length - end).join(""));
    parts.push(" ");
    add("ins", other.slice(start, other.length - end).join(""));
    parts.push(one.slice(one.length - end, one.length - end + AROUND).join(""));
    if (end > AROUND) parts.push(" …");
    return parts;
  }

  /* --- Which tab this is ----------------------------------------------------------------------- */

  /* Two windows must not write over each other's copy, so each has a name, and holds a lock of that name as long as
     it lives: the copy of a window that is still open is not offered to another. A duplicated window inherits the
     name, but not the lock. Without locks (they need HTTPS) every copy is offered. */
  async function tabName() {
    let name = null;
    try {
      name = sessionStorage.getItem("desk-tab");
    } catch {
      /* A name for this page only, then. */
    }
    if (name && (await hold(name))) return name;
    name = newName();
    await hold(name);
    try {
      sessionStorage.setItem("desk-tab", name);
    } catch {
      /* As above. */
    }
    return name;
  }

  const newName = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36).padStart(7, "0")).join("");

  function hold(name) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      /* The page that was here before lets go of the lock a moment after this one has begun. */
      navigator.locks
        .request(`desk-tab:${name}`, { signal: AbortSignal.timeout(1500) }, () => {
          resolve(true);
          return new Promise(() => {});
        })
        .catch(() => resolve(false));
    });
  }

  async function liveTabs() {
    if (!navigator.locks) return new Set();
    const { held } = await navigator.locks.query();
    return new Set(held.map((lock) => lock.name.replace("desk-tab:", "")));
  }

  /* --- Beginning ------------------------------------------------------------------------------- */

  function editorsReady() {
    const waiting = [...form.querySelectorAll("textarea[data-type=ckeditortype]:not([id*=__prefix__])")];
    if (!window.CKEDITOR) return Promise.resolve();
    const until = Date.now() + 15000;
    return new Promise((resolve) => {
      const look = () => {
        if (Date.now() > until || waiting.every((area) => editorOf(area) && editorOf(area).status === "ready")) resolve();
        else setTimeout(look, 50);
      };
      look();
    });
  }

  async function begin() {
    form.querySelector(".submit-row").append(keptAt);
    await editorsReady();
    for (const editor of Object.values((window.CKEDITOR && window.CKEDITOR.instances) || {})) {
      editor.on("change", () => bodies.delete(editor.name));
    }
    saved = asText(values());
    const tab = await tabName();
    const own = [copies.user, kind, row || "new"].join("/");
    /* Each page has a copy of its own: what is offered here is not written over by what is typed here. */
    key = `${own}/${tab}.${newName().slice(0, 8)}`;
    await copies.tidied;
    const live = await liveTabs();
    let putBackOne = false;
    for (const copy of await copies.mine()) {
      if (!copy.key.startsWith(`${own}/`)) continue;
      const [tabOfCopy] = copy.key.slice(own.length + 1).split(".");
      if (tabOfCopy !== tab && live.has(tabOfCopy)) continue;
      const mayPutBack = !putBackOne && (Boolean(row) || tabOfCopy === tab);
      putBackOne = offer(copy, { mayPutBack }) || putBackOne;
    }
    copies.flush = keep;
    setInterval(keep, EVERY);
    form.dataset.keeping = "yes";
  }

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !saved) return;
    const away = event.submitter && (event.submitter.getAttribute("formtarget") || event.submitter.getAttribute("formaction"));
    if (away) return;
    let box = form.querySelector("input[name=copy]");
    if (!box) {
      box = document.createElement("input");
      box.type = "hidden";
      box.name = "copy";
      form.append(box);
    }
    box.value = newName();
    setTimeout(() => { if (event.defaultPrevented) leaving = false; });
    sent = { name: box.value, text: asText(values()) };
    leaving = "sent";
    setTimeout(() => { leaving = leaving === "sent" ? false : leaving; }, 60000);
    keepNow();
  });

  window.addEventListener("pagehide", keepNow);
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepNow();
  });
  window.addEventListener("desk:leaving", () => { leaving = "signed out"; });

  window.addEventListener("beforeunload", (event) => {
    if (leaving || !isDirty()) return;
    keepNow();
    event.preventDefault();
  });

  /* The row is no more: its text is offered again where a new one is begun. */
  form.addEventListener("desk:gone", async () => {
    if (!row) return;
    const found = values();
    const old = key;
    key = key.replace(`/${kind}/${row}/`, `/${kind}/new/`);
    await copies.keep({ ...copyOf(found, asText(found)), row: "", version: 0 });
    copies.remove(old);
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
