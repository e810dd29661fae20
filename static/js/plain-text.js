// What a reader typed, normalised and measured as the server does it: see comments/plain_text.py.
const DROPPED =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}\p{Noncharacter_Code_Point}]/gu;
const MARKS_ON_NOTHING = /(^|\s)\p{M}+/gu;
const MARKS_TOO_MANY = /(\p{M}{2})\p{M}+/gu;

const collapse = (line) => line.split(/\s+/u).filter(Boolean).join(" ");

export const normalise = (value, oneLine = false) => {
  const kept = value
    .replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(DROPPED, (character) => (character === "\n" || character === "\t" ? character : ""))
    .normalize("NFC")
    .replace(MARKS_ON_NOTHING, "$1")
    .replace(MARKS_TOO_MANY, "$1");
  if (oneLine) return collapse(kept);
  return kept.split("\n").map(collapse).join("\n").replace(/\n{3,}/g, "\n\n").trim();
};

export const length = (value) => [...value.replace(/\p{M}/gu, "")].length;
