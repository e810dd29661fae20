// The reader writes, presses Gửi bình luận, and a dialog asks for name and e-mail. Nothing typed is ever lost:
// closing, refused or failed sends leave the text where it is. Without this file the same form is a plain page.
// It comes when the box is first touched: see comment-box.js.
import "./mail-suggestion.js";
import { length, normalise } from "./plain-text.js";
import { forgetReader, knownReader, rememberLink, rememberReader } from "./reader.js";
import { FORGOTTEN, showRemembered } from "./remembered.js";

const section = document.querySelector("[data-comments]");
const box = section?.querySelector("[data-comment-box]");
const dialog = section?.querySelector("dialog");
// From so many characters left on, the reader is told.
const FEW = 200;
// The server does not even normalise what is so many times too long: see PlainTextField of comments/forms.py.
const FAR_TOO_LONG = 4;
const PAUSE = 1000;
// How the dialog closes when the comment was taken.
const SENT = "sent";

if (box && dialog) {
  const { ticketAddress } = box.dataset;
  const text = box.elements.text;
  const form = dialog.querySelector("form");
  const { name, email, consent, remember } = form.elements;
  const alert = form.querySelector("[data-alert]");
  const button = form.querySelector("[type=submit]");
  let ticket = null;
  // Only in a flood: the solution that the server asks for, in the making while the reader writes.
  let proof = null;
  const begin = (work) => {
    if (work) proof = import(box.dataset.proof).then(({ solve }) => solve(work)).catch(() => "");
  };

  const fetchTicket = () => {
    ticket ??= fetch(ticketAddress, { headers: { Accept: "application/json" }, credentials: "omit" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
      .then((data) => {
        begin(data.work);
        return data.ticket;
      })
      .catch(() => {
        ticket = null;
        return "";
      });
    return ticket;
  };
  // Asked for when writing begins, so that its age says how long the reader wrote.
  const askForTicketWhenWriting = () => text.addEventListener("focus", fetchTicket, { once: true });
  if (document.activeElement === text) fetchTicket();
  else askForTicketWhenWriting();

  // --- what is wrong, in the words of the server's form -------------------------------------------------

  const dotted = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ".");
  // What is sent is well formed, so what is measured is.
  const wellFormed = (value) => value.toWellFormed?.() ?? value;
  // What would be kept of a field, and how long that is.
  const measured = ({ value, dataset }, oneLine) => {
    const raw = [...wellFormed(value)].length;
    if (raw > FAR_TOO_LONG * dataset.longest) return [value, raw];
    const kept = normalise(wellFormed(value), oneLine);
    return [kept, length(kept)];
  };
  const wrongLength = (field, oneLine) => {
    const { shortest, longest, required, tooShort, tooLong } = field.dataset;
    const [kept, counted] = measured(field, oneLine);
    if (!kept) return required;
    if (counted > longest) return tooLong.replace("%(counted)s", dotted(counted));
    if (counted < shortest) return tooShort;
    // Signs alone are no name.
    return oneLine && !/\p{L}/u.test(kept) ? required : "";
  };
  const wrongEmail = () => {
    if (!email.value.trim()) return email.dataset.required;
    return email.validity.valid ? "" : email.dataset.invalid;
  };

  const showError = (field, message) => {
    const place = document.getElementById(`${field.id}-error`);
    place.textContent = message;
    place.hidden = !message;
    if (message) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", place.id);
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  };
  const showErrors = (errors) => {
    const fields = { text, name, email, consent };
    const wrong = [];
    for (const [key, field] of Object.entries(fields)) {
      showError(field, errors[key]?.[0] ?? "");
      if (errors[key]) wrong.push(key);
    }
    if (wrong.includes("text")) dialog.close();
    if (wrong.length) fields[wrong[0]].focus();
  };
  const checks = new Map([
    [text, () => wrongLength(text, false)],
    [name, () => wrongLength(name, true)],
    [email, wrongEmail],
    [consent, () => (consent.checked ? "" : consent.dataset.required)],
  ]);
  // What was said to be wrong is unsaid as soon as it is right; nobody is told of a fault while still typing.
  for (const [field, check] of checks) {
    field.addEventListener("input", () => {
      if (field.hasAttribute("aria-invalid")) showError(field, check());
    });
  }
  const say = (message) => {
    alert.textContent = message;
    alert.hidden = !message;
  };

  // --- how much may still be written --------------------------------------------------------------------

  const left = box.querySelector("[data-left]");
  const leftSaid = box.querySelector("[data-left-said]");
  let pause = 0;
  const showLeft = () => {
    const rest = text.dataset.longest - measured(text, false)[1];
    if (rest >= FEW) left.textContent = "";
    else left.textContent = rest < 0 ? `Quá ${dotted(-rest)} ký tự` : `Còn ${rest} ký tự`;
    // Who hears the page hears it when the typing pauses, not with every key.
    clearTimeout(pause);
    pause = setTimeout(() => {
      leftSaid.textContent = left.textContent;
    }, PAUSE);
  };
  text.addEventListener("input", showLeft);
  // A browser that comes back to the page fills in what was written.
  showLeft();

  // --- what this browser remembers ----------------------------------------------------------------------

  const fillIn = () => {
    const known = knownReader();
    if (!known) return;
    name.value = known.name ?? "";
    email.value = known.email ?? "";
    remember.checked = true;
  };
  fillIn();
  document.addEventListener(FORGOTTEN, () => {
    name.value = email.value = "";
    remember.checked = false;
  });

  // --- sending ------------------------------------------------------------------------------------------

  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = checks.get(text)();
    showError(text, wrong);
    if (wrong) {
      text.focus();
      return;
    }
    fetchTicket();
    say("");
    dialog.returnValue = "";
    dialog.showModal();
    (name.value ? consent : name).focus();
  });
  form.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== SENT && !text.hasAttribute("aria-invalid")) box.querySelector("[type=submit]").focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = Object.fromEntries([name, email, consent].map((field) => [field.name, checks.get(field)()]));
    const errors = Object.fromEntries(
      Object.entries(wrong)
        .filter(([, message]) => message)
        .map(([key, message]) => [key, [message]]),
    );
    showErrors(errors);
    if (Object.keys(errors).length) return;
    button.disabled = true;
    say("");
    try {
      const data = new FormData(form);
      data.set("text", text.value);
      const sent = await fetchTicket();
      data.set("ticket", sent);
      if (proof) data.set("proof", await proof);
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(data),
        headers: { Accept: "application/json" },
        credentials: "omit",
      });
      const result = await answer.json();
      if (result.sent) {
        ticket = proof = null;
        askForTicketWhenWriting();
        if (remember.checked) {
          rememberReader(name.value, email.value);
          rememberLink(result.private_address, box.dataset.title);
        } else forgetReader();
        showThanks(result.private_address);
      } else {
        ticket = Promise.resolve(result.ticket);
        if (!proof || result.ticket !== sent) begin(result.work);
        showErrors(result.errors);
        say(result.message);
      }
    } catch {
      say("Chưa gửi được. Hãy kiểm tra kết nối mạng rồi bấm gửi lại; nội dung của bạn vẫn còn đây.");
    } finally {
      button.disabled = false;
    }
  });

  const thanks = section.querySelector("[data-thanks]");
  const showThanks = (privateAddress) => {
    dialog.close(SENT);
    thanks.querySelector("[data-thanks-text]").textContent = normalise(text.value);
    thanks.querySelector("[data-thanks-link]").href = privateAddress;
    const copy = thanks.querySelector("[data-share]");
    copy.dataset.address = privateAddress;
    copy.querySelector("[data-share-said]").textContent = "";
    // A site that sends no mail has neither the box nor the words.
    const letter = thanks.querySelector("[data-thanks-notify]");
    if (letter) letter.hidden = !form.elements.notify.checked;
    // The box is there for another comment; consent is given to each anew.
    box.reset();
    form.reset();
    showLeft();
    fillIn();
    showRemembered();
    thanks.hidden = false;
    thanks.focus();
  };
}
