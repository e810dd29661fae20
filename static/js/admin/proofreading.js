/* The panel Soát bài: reads what is being written, leads to each spot, converts old letters, takes an overrule.
   Without this file the panel lists the remarks on the saved story, and overruling works as a plain form. */
"use strict";
(() => {
  const panel = document.querySelector("[data-proof]");
  if (!panel) return;
  const form = panel.closest("form");
  const inside = panel.querySelector("[data-proof-inside]");
  const status = panel.querySelector("[data-proof-status]");
  const readButton = panel.querySelector("[data-proof-read]");
  const FIELDS = ["title", "lead", "body", "cover"];
  const HEADS = "p, li, td, th, caption, figcaption, h2, h3, h4";

  /* --- asking the server --- */

  function editorOf(field) {
    const { CKEDITOR } = window;
    return CKEDITOR && field ? CKEDITOR.instances[field.id] : undefined;
  }

  function written(name) {
    const field = form.elements[name];
    const editor = editorOf(field);
    if (editor) return editor.getData();
    return field ? field.value : "";
  }

  function say(words) {
    status.textContent = words;
    status.classList.toggle("visually-hidden", !words.startsWith("Chưa"));
  }

  async function post(address, values) {
    const sent = new URLSearchParams(values);
    sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(address, { method: "POST", body: sent, credentials: "same-origin" });
      if (answer.redirected || answer.status === 403) {
        say("Chưa soát được: phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác rồi bấm lần nữa.");
      } else if (answer.ok || answer.status === 400) {
        return answer;
      } else {
        say("Chưa soát được: máy chủ đang bận. Hãy bấm lần nữa sau ít phút.");
      }
    } catch {
      say("Chưa soát được: không kết nối được đến máy chủ.");
    }
    return null;
  }

  async function read(address = panel.dataset.proof, extra = {}) {
    readButton.disabled = true;
    const values = Object.fromEntries(FIELDS.map((name) => [name, written(name)]));
    const answer = await post(address, { ...values, ...extra });
    readButton.disabled = false;
    if (!answer) return;
    inside.innerHTML = await answer.text();
    reveal();
    const sum = inside.querySelector("[data-proof-sum]");
    say(sum ? `Đã soát. ${sum.textContent.trim().replace(/\s+/g, " ")}` : "");
  }

  function reveal() {
    for (const button of panel.querySelectorAll("[data-proof-jump]")) {
      button.hidden = !form.elements[button.dataset.field];
    }
    for (const button of panel.querySelectorAll("[data-proof-unicode]")) button.hidden = false;
  }

  /* --- leading to the spot --- */

  const oneLine = (words) => words.replace(/\s+/g, " ").trim();

  /* The elements of the text that the server counted: what CKEditor adds around pictures is none of them. */
  function elements(root, selector) {
    return [...root.querySelectorAll(selector)].filter(
      (element) => !element.matches(".cke_reset, .cke_widget_drag_handler, [data-cke-bookmark]"),
    );
  }

  function elementAt(root, { selector, ordinal, quote }) {
    const found = elements(root, selector);
    const holds = (element) => !quote || oneLine(element.textContent).includes(quote);
    const counted = found[Number(ordinal)];
    return counted && holds(counted) ? counted : found.find(holds) || counted;
  }

  /* Where a quote begins and ends among the text nodes, blanks compared as one. */
  function spanOf(root, quote) {
    const nodes = [];
    const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let text = "";
    let block = null;
    const marks = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const home = node.parentElement.closest(HEADS);
      if (home !== block && text && !text.endsWith(" ")) {
        text += " ";
        marks.push([node, 0]);
      }
      block = home;
      nodes.push(node);
      [...node.data].forEach((letter, at) => {
        if (/[\s\u200b]/.test(letter)) {
          if (letter === "\u200b" || text.endsWith(" ") || !text) return;
          text += " ";
        } else {
          text += letter;
        }
        while (marks.length < text.length) marks.push([node, at]);
      });
    }
    const start = text.indexOf(quote);
    if (!quote || start < 0) return null;
    const [endNode, endAt] = marks[start + quote.length - 1];
    return { from: marks[start], to: [endNode, endAt + 1] };
  }

  function jumpInEditor(editor, place) {
    const { CKEDITOR } = window;
    editor.focus();
    const root = editor.editable().$;
    const element = place.selector ? elementAt(root, place) : null;
    if (element && element.matches("img")) {
      const widget = editor.widgets.getByElement(new CKEDITOR.dom.element(element));
      if (widget) widget.focus();
      element.scrollIntoView({ block: "center" });
      return true;
    }
    const range = editor.createRange();
    let shown = element;
    if (element) {
      range.selectNodeContents(new CKEDITOR.dom.element(element));
    } else {
      const span = spanOf(root, place.quote);
      if (!span) return false;
      range.setStart(new CKEDITOR.dom.text(span.from[0]), span.from[1]);
      range.setEnd(new CKEDITOR.dom.text(span.to[0]), span.to[1]);
      shown = span.from[0].parentElement;
    }
    editor.getSelection().selectRanges([range]);
    shown.scrollIntoView({ block: "center" });
    return true;
  }

  /* Where somebody wanted to go while the editor was still coming. */
  let awaited = null;

  function go() {
    const place = awaited;
    awaited = null;
    say("");
    /* Who writes elsewhere meanwhile stays there. */
    if (document.activeElement === document.body || panel.contains(document.activeElement)) jump(place);
  }

  function jump(place) {
    const field = form.elements[place.field];
    const editor = editorOf(field);
    if (window.CKEDITOR && field.dataset.type === "ckeditortype" && (!editor || editor.status !== "ready")) {
      say("Chưa đến được: khung soạn thảo đang mở, xin chờ.");
      if (!awaited) window.CKEDITOR.once("instanceReady", go);
      awaited = place;
      return;
    }
    if (editor) {
      if (!jumpInEditor(editor, place)) say("Chưa tìm thấy: chỗ này đã được sửa. Hãy bấm Soát bài đang viết.");
      return;
    }
    const visible = field.type === "hidden" ? field.parentElement.querySelector("button") : field;
    const start = place.quote ? field.value.indexOf(place.quote) : -1;
    visible.focus();
    if (start >= 0) field.setSelectionRange(start, start + place.quote.length);
    visible.scrollIntoView({ block: "center" });
  }

  /* --- converting --- */

  async function convert(name) {
    const field = form.elements[name];
    const editor = editorOf(field);
    const answer = await post(panel.dataset.unicode, { [editor ? "markup" : "text"]: written(name) });
    if (!answer) return;
    const { text, error } = await answer.json();
    if (error) {
      say(`Chưa chuyển được: ${error}`);
      return;
    }
    if (editor) {
      /* Takes a snapshot before and after, so that Undo brings the old letters back. */
      await new Promise((done) => { editor.setData(text, { callback: done }); });
      editor.fire("saveSnapshot");
    } else {
      field.focus();
      field.select();
      /* The one way to write into a field that the browser's own Undo takes back. */
      if (!document.execCommand("insertText", false, text)) field.value = text;
    }
    await read();
  }

  panel.addEventListener("click", (event) => {
    const jumpButton = event.target.closest("[data-proof-jump]");
    const unicodeButton = event.target.closest("[data-proof-unicode]");
    if (jumpButton) jump(jumpButton.dataset);
    else if (unicodeButton) convert(unicodeButton.dataset.proofUnicode);
    else if (event.target.closest("[data-proof-read]")) read();
  });

  const overrule = document.getElementById("overrule-form");
  if (overrule) {
    overrule.addEventListener("submit", (event) => {
      const button = event.submitter || document.activeElement.closest("details").querySelector("button");
      event.preventDefault();
      const fingerprint = button.value;
      const reason = document.getElementById(`reason-${fingerprint}`).value;
      read(overrule.action, { fingerprint, [`reason-${fingerprint}`]: reason });
    });
  }

  /* Who may only read the story has no fields to read. */
  readButton.hidden = !form.elements.title;
  reveal();
})();
