/* Suggestions below a search box while one types: a combobox as WAI-ARIA 1.2 describes it. The focus stays in the
   line, arrows move through the list, Enter opens what is chosen and otherwise searches, Esc closes. Without this file,
   or when the server does not answer, the box searches as it is. */
const WAIT = 180;

export function suggest(line) {
  const list = document.createElement("div");
  list.id = `${line.id}-goi-y`;
  list.className = "search-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Gợi ý");
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  line.parentElement.append(list, said);
  line.setAttribute("role", "combobox");
  line.setAttribute("aria-autocomplete", "list");
  line.setAttribute("aria-controls", list.id);
  line.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asking = null;
  let active = -1;

  function choose(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    // Beyond either end is the line itself, where nothing is chosen.
    const places = list.children.length + 1;
    active = ((index + 1 + places) % places) - 1;
    const option = list.children[active];
    if (!option) {
      line.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    line.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map((suggestion, place) => {
      const option = document.createElement("div");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = suggestion.address;
      const kind = document.createElement("span");
      kind.className = "quiet";
      kind.textContent = suggestion.kind;
      const words = document.createElement("span");
      words.textContent = suggestion.text;
      option.append(kind, " ", words);
      return option;
    }));
    list.hidden = suggestions.length === 0;
    line.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
    line.removeAttribute("aria-activedescendant");
    said.textContent = suggestions.length ? `Có ${suggestions.length} gợi ý, dùng phím mũi tên để chọn.` : "";
  }

  function close() {
    clearTimeout(timer);
    asking?.abort();
    show([]);
  }

  async function ask() {
    const words = line.value.trim();
    asking?.abort();
    if (words.length < 2) {
      show([]);
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`${line.dataset.suggest}?${new URLSearchParams({ q: words })}`, { signal: asking.signal });
      show(answer.ok ? (await answer.json()).suggestions : []);
    } catch (error) {
      if (error.name !== "AbortError") show([]);
    }
  }

  line.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  line.addEventListener("keydown", (event) => {
    // What an input method for Vietnamese is composing is not ours.
    if (event.isComposing || list.hidden) return;
    const option = list.children[active];
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && option) window.location.assign(option.dataset.address);
    else return;
    event.preventDefault();
  });
  line.addEventListener("blur", close);
  // Before the line loses the focus, and the list with it.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) window.location.assign(option.dataset.address);
  });
}
