// A mistyped domain of an e-mail address is asked about beside its field ("Có phải …@gmail.com?"). What the reader
// typed is never changed without a press of the button and never refused: other domains may well be right.
const USUAL = [
  "gmail.com", "yahoo.com", "yahoo.com.vn", "outlook.com", "outlook.com.vn", "hotmail.com", "icloud.com", "live.com",
];
// They look like a slip and are none.
const OTHERS = new Set(["ymail.com", "mail.com", "email.com", "fmail.com", "icould.com", "line.com", "love.com"]);

const PAUSE = 500;

// Whether one letter more, less, other or two exchanged turn one word into the other.
const isOneSlipFrom = (typed, meant) => {
  if (typed === meant || Math.abs(typed.length - meant.length) > 1) return false;
  let at = 0;
  while (at < typed.length && typed[at] === meant[at]) at += 1;
  const rest = (word, skipped) => word.slice(at + skipped);
  if (rest(typed, 1) === rest(meant, 1) || rest(typed, 1) === rest(meant, 0) || rest(typed, 0) === rest(meant, 1)) {
    return true;
  }
  return typed[at] === meant[at + 1] && typed[at + 1] === meant[at] && rest(typed, 2) === rest(meant, 2);
};

// The address that was probably meant, or "".
export const suggestion = (typed) => {
  const [, person, domain] = /^\s*([^@\s]+)@([^@\s]+?)\.?\s*$/u.exec(typed) ?? [];
  if (!domain) return "";
  const low = domain.toLowerCase();
  if (USUAL.includes(low) || OTHERS.has(low)) return "";
  const meant = USUAL.find((usual) => isOneSlipFrom(low, usual) || low === usual.split(".")[0] || low === `${usual}.vn`);
  return meant ? `${person}@${meant}` : "";
};

for (const place of document.querySelectorAll("[data-suggestion]")) {
  const field = document.getElementById(place.dataset.suggestion);
  const button = place.querySelector("button");
  const show = (address) => {
    button.textContent = address;
    place.hidden = !address;
  };
  // When the typing pauses, not when the field is left: what is pressed next must not move away under the finger.
  let pause = 0;
  field.addEventListener("input", () => {
    show("");
    clearTimeout(pause);
    pause = setTimeout(() => show(suggestion(field.value)), PAUSE);
  });
  button.addEventListener("click", () => {
    field.value = button.textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
