/* Suggestions while one writes: existing tags below the box of tags (a combobox, WAI-ARIA APG), and stories that
   belong beside this one. Without this file both boxes are typed into. */
"use strict";
(() => {
  const place = document.querySelector("[data-suggestions]");
  if (!place) return;

  async function ask(address, values) {
    try {
      const answer = await fetch(`${address}?${new URLSearchParams(values)}`, { headers: { Accept: "application/json" } });
      return answer.ok && (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  const box = document.getElementById("id_tags");
  if (box) tags(box);
  const related = document.getElementById("id_related");
  if (related) stories(related);

  function tags(input) {
    const list = document.createElement("ul");
    list.id = "tag-suggestions";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Thẻ đã có");
    list.hidden = true;
    const holder = document.createElement("div");
    holder.className = "suggestions-holder";
    input.before(holder);
    holder.append(input, list);
    input.autocomplete = "off";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    let active = -1;
    let turn = 0;
    let timer = 0;

    const last = () => input.value.slice(input.value.lastIndexOf(",") + 1).trim();

    function show(names) {
      const typed = new Set(input.value.toLocaleLowerCase("vi").split(",").map((name) => name.trim()));
      const fresh = names.filter((name) => !typed.has(name.toLocaleLowerCase("vi")) || name.toLocaleLowerCase("vi") === last().toLocaleLowerCase("vi"));
      list.replaceChildren(...fresh.map((name, place) => {
        const option = document.createElement("li");
        option.id = `tag-suggestion-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = name;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(name);
        });
        return option;
      }));
      list.hidden = fresh.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
      move(-1);
    }

    function move(to) {
      active = to;
      [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
      if (active < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[active].id);
        list.children[active].scrollIntoView({ block: "nearest" });
      }
    }

    function take(name) {
      const before = input.value.slice(0, input.value.lastIndexOf(",") + 1);
      input.value = `${before}${before ? " " : ""}${name}, `;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      show([]);
      input.focus();
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      const mine = ++turn;
      timer = setTimeout(async () => {
        const words = last();
        const found = words ? await ask(place.dataset.tags, { q: words }) : null;
        if (mine === turn) show(found ? found.names : []);
      }, 150);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const number = list.children.length;
      if (event.key === "ArrowDown") move((active + 1) % number);
      else if (event.key === "ArrowUp") move((active + number - (active < 0 ? 0 : 1)) % number);
      else if (event.key === "Enter" && active >= 0 && !event.ctrlKey && !event.metaKey) take(list.children[active].textContent);
      else if (event.key === "Escape") show([]);
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", () => show([]));
  }

  function stories(select) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Gợi ý tin liên quan";
    const said = document.createElement("p");
    said.className = "quiet";
    said.setAttribute("role", "status");
    const list = document.createElement("ul");
    list.className = "suggested-stories";
    const row = select.closest(".form-row");
    row.append(button, said, list);

    button.addEventListener("click", async () => {
      said.textContent = "Đang tìm…";
      const form = select.form;
      const found = await ask(place.dataset.beside, {
        title: form.elements.title.value,
        tags: box ? box.value : "",
        thread: form.elements.thread ? form.elements.thread.value : "",
        article: place.dataset.article,
      });
      const chosen = new Set([...select.selectedOptions].map((option) => option.value));
      const fresh = found ? found.stories.filter((story) => !chosen.has(String(story.id))) : [];
      list.replaceChildren(...fresh.map(line));
      said.textContent = !found ? "Máy chủ chưa trả lời. Hãy thử lại." : fresh.length ? `Có ${fresh.length} tin gần với tin này.` : "Không có tin nào gần với tin này.";
    });

    function line(story) {
      const item = document.createElement("li");
      const add = document.createElement("button");
      add.type = "button";
      add.className = "button";
      add.textContent = "Thêm";
      add.setAttribute("aria-label", `Thêm tin liên quan: ${story.title}`);
      add.addEventListener("click", () => {
        select.append(new Option(story.title, story.id, true, true));
        select.dispatchEvent(new Event("change", { bubbles: true }));
        const next = item.nextElementSibling || item.previousElementSibling;
        item.remove();
        (next ? next.querySelector("button") : button).focus();
      });
      const title = document.createElement("span");
      title.textContent = story.title;
      item.append(add, title);
      return item;
    }
  }
})();
