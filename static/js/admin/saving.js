/* Sending a form of the desk: once, by key or button, after a look whether it can arrive; then back to where one was. */
"use strict";
(() => {
  const mark = document.querySelector("[data-kept-form]");
  if (!mark) return;

  const form = mark.closest("form");
  const busy = document.createElement("span");
  busy.setAttribute("role", "status");
  form.querySelector(".submit-row").append(busy);
  const alarm = form.querySelector("[data-connection]");
  /* As long as the server may think; a click after that is meant as a new one. */
  const PATIENCE = 60000;

  let sending = false;
  let looked = false;

  /* --- Once, and only where it can arrive ------------------------------------------------------ */

  function isElsewhere(button) {
    return Boolean(button && (button.getAttribute("formtarget") || button.getAttribute("formaction")));
  }

  function rest() {
    sending = false;
    busy.textContent = "";
  }

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button && button.getAttribute("formtarget")) return;
    if (looked) {
      looked = false;
      remember();
      /* Another file of ours may hold it back, for instance until an upload has ended. */
      setTimeout(() => { if (event.defaultPrevented) rest(); });
      setTimeout(rest, PATIENCE);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (sending) return;
    sending = true;
    if (!isElsewhere(button)) {
      busy.textContent = "Đang lưu…";
      const state = window.deskPresence ? await window.deskPresence.check() : "fine";
      if (state !== "fine") {
        rest();
        sayWhyNot(state, button);
        return;
      }
    }
    /* Not before this event has ended: until then a browser refuses to begin another. */
    setTimeout(() => {
      looked = true;
      form.requestSubmit(button);
    });
  });

  function sayWhyNot(state, button) {
    leaveFullScreen();
    alarm.scrollIntoView({ block: "nearest" });
    if (["down", "broken", "refused"].includes(state) && !alarm.querySelector("[data-anyway]")) {
      const anyway = document.createElement("button");
      anyway.type = "button";
      anyway.className = "button";
      anyway.dataset.anyway = "";
      anyway.textContent = "Vẫn gửi";
      anyway.addEventListener("click", () => {
        looked = sending = true;
        form.requestSubmit(button);
      });
      alarm.append(anyway);
    }
    const target = alarm.querySelector("a, button");
    if (target) target.focus({ preventScroll: true });
  }

  function leaveFullScreen() {
    for (const editor of editors()) {
      const command = editor.getCommand("maximize");
      if (command && command.state === window.CKEDITOR.TRISTATE_ON) editor.execCommand("maximize");
    }
  }

  window.addEventListener("pageshow", rest);

  /* --- Keys ------------------------------------------------------------------------------------ */

  const editors = () => Object.values((window.CKEDITOR && window.CKEDITOR.instances) || {});
  const saveButton = () => form.querySelector(".submit-row [name=_save]");
  const stepButton = () => form.querySelector(".submit-row .default");

  function press(button) {
    if (window.CKEDITOR && window.CKEDITOR.dialog && window.CKEDITOR.dialog.getCurrent()) return;
    if (button) button.click();
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.isComposing) return;
    if (event.key.toLowerCase() === "s") {
      event.preventDefault();
      press(saveButton());
    } else if (event.key === "Enter" && form.contains(document.activeElement)) {
      event.preventDefault();
      press(stepButton());
    }
  });

  /* The editor is a page within the page: its keys do not come out of it. */
  function giveKeys(editor) {
    const { CTRL } = window.CKEDITOR;
    const command = (button) => ({ exec: () => press(button()), canUndo: false, readOnly: 1, editorFocus: false });
    editor.addCommand("deskSave", command(saveButton));
    editor.addCommand("deskStep", command(stepButton));
    editor.setKeystroke([[CTRL + 83, "deskSave"], [CTRL + 13, "deskStep"]]);
  }

  if (window.CKEDITOR) {
    editors().forEach(giveKeys);
    window.CKEDITOR.on("instanceCreated", ({ editor }) => editor.on("loaded", () => giveKeys(editor)));
  }

  function nameKeys(button, key, words) {
    if (!button) return;
    button.setAttribute("aria-keyshortcuts", `Control+${key} Meta+${key}`);
    button.title = words;
  }

  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  const modifier = isMac ? "⌘" : "Ctrl";
  nameKeys(saveButton(), "S", `${modifier}+S`);
  nameKeys(stepButton(), "Enter", `${modifier}+Enter`);
  const help = form.querySelector("[data-keys]");
  if (help && saveButton() && stepButton()) {
    help.querySelector("[data-key-save]").textContent = `${modifier}+S`;
    help.querySelector("[data-key-step]").textContent = `${modifier}+Enter`;
    help.querySelector("[data-step-name]").textContent = stepButton().textContent.trim();
    help.hidden = false;
  }

  /* --- Back to where one was ------------------------------------------------------------------- */

  const PLACE = "desk-place";

  function remember() {
    const editor = editors().find((one) => one.focusManager.hasFocus);
    const place = { at: Date.now(), y: window.scrollY, field: document.activeElement.id };
    if (editor) {
      place.editor = editor.name;
      place.top = editor.container.$.getBoundingClientRect().top;
      const selection = editor.getSelection();
      if (selection) place.caret = selection.createBookmarks2(true);
    } else {
      place.top = document.activeElement.getBoundingClientRect().top;
      place.caret = document.activeElement.selectionStart;
    }
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(place));
    } catch {
      /* Then one begins at the top. */
    }
  }

  function comeBack() {
    let place = null;
    try {
      place = JSON.parse(sessionStorage.getItem(PLACE));
      sessionStorage.removeItem(PLACE);
    } catch {
      /* As above. */
    }
    const messages = [...document.querySelectorAll(".messagelist li")];
    const refused = document.querySelector(".errornote, .messagelist .error, .messagelist .warning");
    if (!place || Date.now() - place.at > PATIENCE || refused || !messages.length) return;
    const settle = () => {
      const editor = place.editor && window.CKEDITOR && window.CKEDITOR.instances[place.editor];
      window.scrollTo(0, place.y);
      if (editor) {
        window.scrollBy(0, editor.container.$.getBoundingClientRect().top - place.top);
        editor.focus();
        try {
          if (place.caret) editor.getSelection().selectBookmarks(place.caret);
        } catch {
          /* What was saved is not the same tree: the editor has the focus, that is enough. */
        }
      } else {
        const field = place.field && document.getElementById(place.field);
        if (field) {
          window.scrollBy(0, field.getBoundingClientRect().top - place.top);
          field.focus({ preventScroll: true });
          if (typeof place.caret === "number") field.setSelectionRange(place.caret, place.caret);
        }
      }
      /* The sentence stands at the top of the page, out of sight. */
      const said = form.querySelector("[data-said]");
      said.textContent = messages.map((message) => message.textContent.trim()).join(" ");
      setTimeout(() => { said.textContent = ""; }, 10000);
    };
    whenReady(settle);
  }

  function whenReady(act) {
    const areas = form.querySelectorAll("textarea[data-type=ckeditortype]");
    const look = () => {
      const ready = !window.CKEDITOR || [...areas].every((area) => (window.CKEDITOR.instances[area.id] || {}).status === "ready");
      if (ready) requestAnimationFrame(act);
      else setTimeout(look, 50);
    };
    look();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", comeBack);
  else comeBack();
})();
