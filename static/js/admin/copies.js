/* Copies of what is being written, in this browser and nowhere else, each kept under the account that wrote it.

   Two stores, because neither does all. IndexedDB has room for every story and, written with strict durability, is on
   the disk at once: a browser that is killed loses a second of typing. But what a page begins to write while it is
   being closed may be lost; localStorage is written before the page goes, though it reaches the disk late and holds
   a few megabytes. The newer of the two counts. Where a browser offers neither, keep() says so.

   A copy is thrown away when the server has said that it was saved, when its writer discards it or signs out
   (the next person at this machine must not find it), and after fourteen days. */
"use strict";
(() => {
  const { user, desk } = document.currentScript.dataset;
  const LASTS = 14 * 24 * 3600 * 1000;
  const PREFIX = "desk-copy:";
  const STORE = "copies";

  let opening = null;

  function database() {
    opening = opening || new Promise((resolve) => {
      /* Some browsers never answer in a private window. */
      setTimeout(() => resolve(null), 3000);
      try {
        const asked = indexedDB.open("desk", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
    return opening;
  }

  /* What `work` asks of the store, once it is on the disk; rejects where that cannot be. */
  async function inDatabase(mode, work) {
    const db = await database();
    if (!db) throw new Error("no database");
    return new Promise((resolve, reject) => {
      const change = db.transaction(STORE, mode, { durability: "strict" });
      const asked = work(change.objectStore(STORE));
      change.oncomplete = () => resolve(asked.result);
      change.onerror = () => reject(change.error);
      change.onabort = () => reject(change.error);
    });
  }

  function inShortStore() {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n += 1) {
        const name = localStorage.key(n);
        if (name.startsWith(PREFIX)) found.push(JSON.parse(localStorage.getItem(name)));
      }
    } catch {
      /* Refused or broken: what was readable counts. */
    }
    return found;
  }

  /* At once, while the page is being closed. Says whether it could. */
  function keepNow(copy) {
    try {
      localStorage.setItem(PREFIX + copy.key, JSON.stringify(copy));
      return true;
    } catch {
      return false;
    }
  }

  async function keep(copy) {
    try {
      await inDatabase("readwrite", (store) => store.put(copy));
      return true;
    } catch {
      return keepNow(copy);
    }
  }

  async function remove(key) {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      /* Nothing was kept there. */
    }
    try {
      await inDatabase("readwrite", (store) => store.delete(key));
    } catch {
      /* Nor there. */
    }
  }

  async function everybodys() {
    const newest = new Map();
    let stored = [];
    try {
      stored = await inDatabase("readonly", (store) => store.getAll());
    } catch {
      /* The short store is all there is. */
    }
    for (const copy of [...stored, ...inShortStore()]) {
      const other = newest.get(copy.key);
      if (!other || other.at <= copy.at) newest.set(copy.key, copy);
    }
    return [...newest.values()];
  }

  /* The copies of who is signed in, the newest first. */
  async function mine() {
    const copies = await everybodys();
    return copies.filter((copy) => copy.user === user).sort((one, other) => other.at - one.at);
  }

  /* Names of copies that the server has saved, see news/admin/kept_forms.py. */
  function savedNames() {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("saved_copies="));
    return cookie ? cookie.slice("saved_copies=".length).split(".") : [];
  }

  async function tidy() {
    const saved = savedNames();
    const old = Date.now() - LASTS;
    for (const copy of await everybodys()) {
      if (copy.at < old || (copy.sent && saved.includes(copy.sent))) await remove(copy.key);
    }
    if (saved.length) document.cookie = `saved_copies=; path=${desk}; max-age=0; samesite=lax`;
  }

  document.addEventListener("submit", async (event) => {
    if (event.target.id !== "logout-form") return;
    event.preventDefault();
    await window.deskCopies.flush();
    const copies = await mine();
    const named = copies.map((copy) => `“${copy.title || "chưa có tiêu đề"}”`).join(", ");
    if (
      copies.length &&
      !window.confirm(`Trong trình duyệt này còn bản viết dở chưa lưu: ${named}. Thoát thì các bản này bị xoá khỏi máy. Bạn vẫn thoát?`)
    ) return;
    window.dispatchEvent(new Event("desk:leaving"));
    for (const copy of copies) await remove(copy.key);
    event.target.submit();
  });

  window.deskCopies = { user, keep, keepNow, remove, mine, tidied: tidy(), flush: async () => {} };
})();
