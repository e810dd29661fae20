/* Files below a story: put in order by buttons, uploaded one by one with progress, found in the library by words. */
"use strict";
(() => {
  const { understood, wayTo } = window.deskUploads;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function button(words, title, act) {
    const made = element("button", { type: "button", className: "button", textContent: words });
    made.setAttribute("aria-label", `${words}: ${title}`);
    made.addEventListener("click", act);
    return made;
  }

  function start(field) {
    const chosen = field.querySelector("[data-attachments-chosen]");
    const none = field.querySelector("[data-attachments-none]");
    const said = field.querySelector("[data-attachments-said]");
    const form = field.closest("form");
    const name = field.dataset.name;

    function say(words) {
      said.textContent = words;
    }

    function follow() {
      const items = [...chosen.children].filter((item) => item.dataset.id);
      items.forEach((item, place) => {
        const [up, down] = item.querySelectorAll("[data-move]");
        if (!up) return;
        up.disabled = place === 0;
        down.disabled = place === items.length - 1;
      });
      chosen.hidden = !chosen.children.length;
      if (none) none.hidden = Boolean(chosen.children.length);
    }

    /* A move is over when the person who made it is still on the same button. */
    function move(item, by) {
      const items = [...chosen.children].filter((other) => other.dataset.id);
      const place = items.indexOf(item);
      const target = items[place + by];
      if (!target) return;
      const [up, down] = item.querySelectorAll("[data-move]");
      if (by < 0) target.before(item);
      else target.after(item);
      follow();
      const pressed = by < 0 ? up : down;
      (pressed.disabled ? (by < 0 ? down : up) : pressed).focus();
      say(`${item.dataset.title}: vị trí ${place + by + 1} trên ${items.length}.`);
    }

    function line(file) {
      const link = element("a", { href: file.url, target: "_blank", rel: "noopener", textContent: file.title });
      const words = element("span", { className: "quiet", textContent: file.words });
      return element("span", { className: "attachment-words" }, link, " ", words);
    }

    function choose(file, before = null) {
      if (name && chosen.querySelector(`[data-id="${file.id}"]`)) {
        say(`${file.title}: đã có trong danh sách.`);
        return false;
      }
      const item = element("li", {}, line(file));
      item.dataset.id = file.id;
      item.dataset.title = file.title;
      item.dataset.file = JSON.stringify(file);
      const buttons = element("span", { className: "attachment-buttons" });
      if (name) {
        item.append(element("input", { type: "hidden", name, value: file.id }));
        const up = button("Lên", file.title, () => move(item, -1));
        const down = button("Xuống", file.title, () => move(item, 1));
        up.dataset.move = down.dataset.move = "";
        const away = button("Bỏ", file.title, () => {
          const next = item.nextElementSibling || item.previousElementSibling;
          item.remove();
          follow();
          say(`${file.title}: đã bỏ khỏi tin.`);
          const goOn = next?.querySelector("button") || field.querySelector("input:not([type=hidden])");
          goOn?.focus();
        });
        buttons.append(up, down, away);
      }
      if (file.edit) {
        const edit = element("a", { href: file.edit, target: "_blank", rel: "noopener", className: "button", textContent: "Sửa tên" });
        edit.setAttribute("aria-label", `Sửa tên: ${file.title}`);
        buttons.append(edit);
      }
      item.append(buttons);
      chosen.insertBefore(item, before);
      follow();
      return true;
    }

    /* --- uploading --- */

    const way = wayTo(field.dataset.upload, form);

    async function send(file) {
      const bar = element("progress", { max: 1, value: 0 });
      bar.setAttribute("aria-label", `Đang tải lên: ${file.name}`);
      const row = element("li", { className: "attachment-coming" }, element("span", { className: "attachment-words", textContent: file.name }), bar);
      chosen.append(row);
      follow();
      const { attachment, error } = await way.send(() => ({ file }), (part) => { bar.value = part; });
      if (attachment) {
        if (choose(attachment, row)) say(`${attachment.title}: đã tải lên.`);
        row.remove();
      } else {
        bar.remove();
        row.className = "attachment-refused";
        row.append(element("strong", { className: "attachment-reason", textContent: error.message }));
        row.append(button("Đã hiểu", file.name, () => {
          row.remove();
          follow();
          field.querySelector("[type=file]").focus();
        }));
        say(`${file.name}: ${error.message}`);
      }
      follow();
    }

    /* The copy that local-copy.js kept of the form is put back. */
    field.addEventListener("desk:put-back", ({ detail }) => {
      chosen.replaceChildren();
      detail.forEach((file) => choose(JSON.parse(file)));
      follow();
    });

    const box = field.dataset.upload ? field.querySelector("[type=file]") : null;
    box?.addEventListener("change", () => {
      for (const file of box.files) send(file);
      // What goes by itself is not sent with the form again.
      box.value = "";
    });
    form.addEventListener("submit", (event) => {
      if (!way.left) return;
      event.preventDefault();
      say("Đang tải tệp lên. Hãy đợi xong rồi bấm lại.");
    });
    field.querySelector("[data-attachments-send]")?.remove();
    form.querySelector("[data-attachments-send]")?.remove();

    /* --- the library --- */

    const search = field.querySelector("[data-attachments-search]");
    if (search) {
      const words = search.querySelector("input");
      const found = search.querySelector("[data-attachments-found]");
      let asked = 0;

      const ask = async () => {
        const number = (asked += 1);
        let answer;
        try {
          const response = await fetch(`${field.dataset.find}?q=${encodeURIComponent(words.value)}`);
          answer = understood(response.status, await response.text());
        } catch {
          answer = understood(0, "");
        }
        // An older question's answer may come late.
        if (number !== asked) return;
        found.replaceChildren();
        if (!answer.attachments) {
          say(answer.error.message);
          return;
        }
        for (const file of answer.attachments) {
          const item = element("li", {}, line(file));
          item.append(button("Thêm", file.title, () => {
            if (choose(file)) say(`${file.title}: đã thêm vào cuối.`);
          }));
          found.append(item);
        }
        say(answer.attachments.length ? `Tìm thấy ${answer.attachments.length}${answer.more ? " tệp mới nhất; hãy gõ thêm từ để tìm kỹ hơn" : " tệp"}.` : "Không có tệp nào có những từ này.");
      };
      search.querySelector("button").addEventListener("click", ask);
      words.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        ask();
      });
      search.hidden = false;
    }

    const plain = field.querySelector("[data-attachments-plain]");
    if (plain) {
      for (const option of plain.querySelectorAll("option[data-words]")) {
        choose({ id: option.value, title: option.textContent, words: option.dataset.words, url: option.dataset.url, edit: option.dataset.edit });
      }
      plain.remove();
    }
    follow();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("[data-attachments]")) start(field);
  });
})();
