// Name and e-mail of the reader and the private links of what was sent, kept in this browser if the reader asked for it,
// and in no other place.
const KEY = "reader";
// As many links as are kept, the newest first.
const MOST_LINKS = 20;

export const knownReader = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    // Storage is forbidden or holds something else.
    return null;
  }
};

const keep = (known) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // Storage is forbidden or full: nothing is remembered.
  }
};

export const rememberReader = (name, email) => keep({ ...knownReader(), name, email });

export const forgetReader = () => {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: nothing was remembered.
  }
};

// The remembered private links: address on this site, title of the story, and when it was sent.
export const knownLinks = () => {
  const links = knownReader()?.links;
  if (!Array.isArray(links)) return [];
  return links.filter((link) => typeof link?.address === "string" && link.address.startsWith("/"));
};

// Does nothing in a browser that remembers nobody.
export const rememberLink = (address, title) => {
  const known = knownReader();
  if (!known) return;
  const others = knownLinks().filter((link) => link.address !== address);
  keep({ ...known, links: [{ address, title, sent: new Date().toISOString() }, ...others].slice(0, MOST_LINKS) });
};
