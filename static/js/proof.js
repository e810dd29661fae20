// In a flood of comments the server asks each browser for a little work: to find the number from which a key with the
// wanted beginning is derived (ALTCHA, see comments/proofs.py). Each step is done by the browser's own crypto thread,
// so the page stays quick meanwhile. What cannot be solved is left out: the comment is sent all the same.
const ALGORITHMS = { "PBKDF2/SHA-256": "SHA-256" };
const MOST_STEPS = 100_000;

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexOf = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const deriveKey = async ({ algorithm, salt, cost, keyLength }, password) => {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: ALGORITHMS[algorithm], salt: bytesOf(salt), iterations: cost };
  return hexOf(await crypto.subtle.deriveBits(how, key, keyLength * 8));
};

// The proof as the server wants it in the field `proof`, or "" where there is no work or it cannot be done here:
// an old browser, a page without TLS.
export const solve = async (work) => {
  const { parameters } = work ?? {};
  if (!parameters || !globalThis.crypto?.subtle || !(parameters.algorithm in ALGORITHMS)) return "";
  const nonce = bytesOf(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const view = new DataView(password.buffer);
  for (let counter = 0; counter < MOST_STEPS; counter += 1) {
    view.setUint32(nonce.length, counter);
    const derivedKey = await deriveKey(parameters, password);
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      return btoa(JSON.stringify({ challenge: work, solution: { counter, derivedKey } }));
    }
  }
  return "";
};

// The form on a page of its own brings its work along; it waits for the solution if the reader was faster.
const form = document.querySelector("form[data-work]");
if (form) {
  const solved = solve(JSON.parse(form.dataset.work)).catch(() => "");
  const sendSolved = async (event) => {
    event.preventDefault();
    const { submitter } = event;
    form.elements.proof.value = await solved;
    form.removeEventListener("submit", sendSolved);
    // Not before this event has ended: until then a browser refuses to begin another.
    setTimeout(() => form.requestSubmit(submitter));
  };
  form.addEventListener("submit", sendSolved);
}
