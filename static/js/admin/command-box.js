/* Ctrl+K opens a line that finds anything on the desk. Without this file the button is a link to the same as a page.

   A combobox as WAI-ARIA describes it: the focus stays in the line, the arrows move through the list, Enter opens,
   Esc closes, and how much was found is said. */
"use strict";
(() => {
  const opener = document.querySelector("[data-command-box]");
  const dialog = document.getElementById("command-box");
  if (!opener || !dialog) return;
  const line = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[data-list]");
  const said = dialog.querySelector("[data-said]");
  const WAIT = 150;
  let timer = 0;
  let asking = null;
  let shown = null;
  let options = [];
  let active = -1;

  function choose(index) {
    options[active]?.setAttribute("aria-selected", "false");
    active = options.length ? (index + options.length) % options.length : -1;
    const option = options[active];
    if (!option) {
      line.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    line.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function show(groups) {
    options = [];
    const parts = groups.map((group, number) => {
      const title = element("p", { class: "command-kind", id: `command-kind-${number}`, role: "presentation" }, group.name);
      const hits = group.hits.map((hit) => {
        const detail = hit.detail ? [" ", element("span", { class: "quiet" }, hit.detail)] : [];
        const option = element(
          "div",
          { role: "option", id: `command-hit-${options.length}`, "aria-selected": "false", "data-address": hit.address },
          element("span", { class: "command-title" }, hit.title),
          ...detail,
        );
        options.push(option);
        return option;
      });
      return element("div", { role: "group", "aria-labelledby": title.id }, title, ...hits);
    });
    list.replaceChildren(...parts);
    list.scrollTop = 0;
    line.setAttribute("aria-expanded", String(options.length > 0));
    active = -1;
    choose(0);
  }

  function fail(message) {
    show([]);
    shown = null;
    said.textContent = message;
  }

  async function ask() {
    const words = line.value.trim();
    if (words === shown) return;
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const answer = await fetch(`${line.form.action}?${new URLSearchParams({ q: words })}`, {
        headers: { Accept: "application/json" },
        signal: mine.signal,
      });
      if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("application/json")) {
        fail(
          answer.redirected || answer.status === 403
            ? "Phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác."
            : "Chưa tìm được. Hãy thử lại sau ít phút.",
        );
        return;
      }
      const found = await answer.json();
      shown = words;
      show(found.groups);
      said.textContent = found.said;
    } catch (error) {
      if (error.name !== "AbortError") fail("Chưa tìm được. Hãy kiểm tra kết nối mạng rồi thử lại.");
    }
  }

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    line.select();
    ask();
  }

  async function enter() {
    clearTimeout(timer);
    // Who types fast presses Enter before the answer is there.
    if (line.value.trim() !== shown) await ask();
    if (line.value.trim() === shown) go(options[active]);
  }

  function go(option) {
    if (option) window.location.assign(option.dataset.address);
  }

  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    // What lies around the box is the dialog itself.
    if (event.target === dialog) dialog.close();
    else go(event.target.closest("[role=option]"));
  });
  line.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  line.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active - 1);
    else if (event.key === "Enter") enter();
    else return;
    event.preventDefault();
  });
})();
