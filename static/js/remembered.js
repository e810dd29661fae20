// What this browser remembers of the reader, if it was asked to: shown under the comments, with the private links of
// what was sent, and forgotten at a press. The page of thanks, to which the form without the dialog leads, keeps its link.
import { forgetReader, knownLinks, knownReader, rememberLink } from "./reader.js";

// Told to the document, so that a form with the name in it empties itself.
export const FORGOTTEN = "reader-forgotten";
const own = document.querySelector("[data-own]");
const forgetters = document.querySelectorAll("[data-forget]");

const line = ({ address, title, sent }) => {
  const link = document.createElement("a");
  link.href = address;
  link.rel = "nofollow";
  link.textContent = title;
  const item = document.createElement("li");
  const moment = new Date(sent);
  item.append(link, Number.isNaN(moment.getTime()) ? "" : `, gửi ${moment.toLocaleDateString("vi-VN", { dateStyle: "short" })}`);
  return item;
};

export const showRemembered = () => {
  for (const forgetter of forgetters) forgetter.hidden = !knownReader();
  if (!own) return;
  const links = knownLinks();
  own.querySelector("[data-own-number]").textContent = links.length;
  const list = document.createElement("ul");
  list.append(...links.map(line));
  own.querySelector("ul")?.remove();
  own.append(list);
  own.hidden = !links.length;
};

for (const forgetter of forgetters) {
  forgetter.querySelector("button").addEventListener("click", () => {
    forgetReader();
    document.dispatchEvent(new Event(FORGOTTEN));
    showRemembered();
    const said = forgetter.parentElement.querySelector("[data-forgotten]");
    said.textContent = "Đã xoá thông tin đã lưu trên máy này.";
    said.focus();
  });
}

const sent = document.querySelector("[data-own-sent]");
if (sent) rememberLink(sent.dataset.ownSent, sent.dataset.title);
showRemembered();
