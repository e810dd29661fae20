/* The queue by keyboard: J and K walk, A approves or keeps, R asks for a reason, S is spam, U undoes, ? helps.

   Each key presses a button of the page, so that it does what the button does and nothing else. All keys can be
   switched off, which this browser remembers; none counts while one types (WCAG 2.1.4). */
"use strict";

const SWITCH = "queue-keys";
const NEXT = "queue-next";
const rows = [...document.querySelectorAll("[data-row]")];
const help = document.querySelector("[data-keys]");
const opener = document.querySelector("[data-keys-open]");
const toggle = document.querySelector("[data-keys-switch]");
const region = document.querySelector("[data-done]");
let sent = false;

/* A browser may forbid it; then the keys are on until the page is left. */
function stored(area, key, value) {
  try {
    if (value === undefined) return window[area].getItem(key);
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    /* nothing is remembered */
  }
  return null;
}

function current() {
  return rows.indexOf(document.activeElement?.closest("[data-row]"));
}

function stand(row) {
  if (!row) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/* Into an empty region and a little later: neither what is there from the beginning nor the same words again would
   be announced. */
function say(words) {
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, 200);
}

/* No line of the page shows it, so who looks is shown what is said. */
function sayAndShow(words) {
  region.className = "queue-said";
  say(words);
}

function press(key) {
  const row = rows[Math.max(0, current())];
  const found = row?.querySelector(`[data-key="${key}"]`);
  if (!found) {
    sayAndShow(row ? `Ý kiến này không có nút nào của phím ${key}.` : "Không có ý kiến nào ở đây.");
    return;
  }
  if (found.localName === "button") {
    found.click();
    return;
  }
  stand(row);
  found.open = true;
  found.querySelector("button").focus();
}

const KEYS = {
  j: () => stand(rows[current() + 1]),
  k: () => stand(rows[current() - 1]),
  a: () => press("A"),
  r: () => press("R"),
  s: () => press("S"),
  u: undo,
  "?": () => help.showModal(),
};

function undo() {
  const button = document.querySelector("[name=_undo]");
  if (button) button.click();
  else sayAndShow("Không có quyết định nào để hoàn tác.");
}

function typing(target) {
  return target.closest("textarea, select, [contenteditable], input:not([type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
  const act = KEYS[event.key.toLowerCase()];
  if (!act || held || sent || !toggle.checked || document.querySelector("dialog[open]") || typing(event.target)) return;
  event.preventDefault();
  act();
});

/* Where one goes on after the page has come back: the undone row, or the one after that which leaves. */
document.addEventListener("submit", ({ submitter, target }) => {
  if (target.method !== "post") return;
  const row = submitter?.closest("[data-row]");
  const beside = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  const undone = submitter?.name === "_undo" && `y-kien-${submitter.value.split(":")[0]}`;
  sent = true;
  stored("sessionStorage", NEXT, undone || (row && beside?.id) || "");
});
/* A page that the browser kept and shows again can be used again. */
window.addEventListener("pageshow", () => {
  sent = false;
});

toggle.checked = stored("localStorage", SWITCH) !== "off";
toggle.addEventListener("change", () => stored("localStorage", SWITCH, toggle.checked ? null : "off"));
if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
}

const all = document.querySelector("[data-choose-all]");
if (all) {
  const boxes = document.querySelectorAll("[name=chosen]");
  all.hidden = false;
  all.addEventListener("change", ({ target }) => boxes.forEach((box) => { box.checked = target.checked; }));
}

const next = stored("sessionStorage", NEXT);
stored("sessionStorage", NEXT, null);
if (next !== null && !document.querySelector("[aria-invalid=true]")) {
  stand(document.getElementById(next) ?? rows[0]);
}
const said = [...document.querySelectorAll(".messagelist li")].map((line) => line.firstChild.textContent.trim());
if (said.length) say(said.join(" "));
