// Name and e-mail of the reader, kept in this browser if the reader asked for it, and in no other place.
const KEY = "reader";

export const knownReader = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    // Storage is forbidden or holds something else.
    return null;
  }
};

export const rememberReader = (name, email) => {
  try {
    localStorage.setItem(KEY, JSON.stringify({ name, email }));
  } catch {
    // Storage is forbidden or full: nothing is remembered.
  }
};

export const forgetReader = () => {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: nothing was remembered.
  }
};
