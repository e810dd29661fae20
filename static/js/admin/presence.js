/* Asks the server every half minute, while the form is seen: am I still signed in, who else is here, what is newest.
   Says at once when the session has ended or the network is down; the text stays where it is. */
"use strict";
(() => {
  const mark = document.querySelector("[data-presence]");
  if (!mark) return;

  const form = mark.closest("form");
  const { presence: address, login, user, version } = mark.dataset;
  const alarm = form.querySelector("[data-connection]");
  const colleagues = form.querySelector("[data-colleagues]");
  const EVERY = 30000;
  const PATIENCE = 8000;

  let state = "fine";
  let timer = null;
  /* Whether anything was typed or pressed since the last question: asking alone keeps no session alive, writing does. */
  let worked = false;

  function token() {
    return form.querySelector("[name=csrfmiddlewaretoken]");
  }

  function ask(method) {
    const headers = method === "POST" ? { "X-CSRFToken": token().value } : {};
    if (worked) headers["X-Worked"] = "1";
    worked = false;
    return fetch(address, {
      method, headers, redirect: "manual", cache: "no-store", credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  /* One of: fine, ended (the session), down (the network), broken (the server), gone (the story), refused, other (account). */
  async function look() {
    try {
      let answer = await ask("POST");
      if (answer.status === 403) {
        /* After signing in again the page's token counts no more; a GET brings the new one. */
        answer = await ask("GET");
      }
      if (answer.type === "opaqueredirect") return ["ended"];
      if (answer.status === 403) return ["refused"];
      if (answer.status === 404) return ["gone"];
      if (!answer.ok) return ["broken"];
      const found = await answer.json();
      if (found.user !== user) return ["other", found];
      token().value = found.token;
      return ["fine", found];
    } catch {
      return ["down"];
    }
  }

  async function check() {
    clearTimeout(timer);
    const before = state;
    const [now, found] = await look();
    state = now;
    sayState(now, before, found);
    if (now === "fine") sayColleagues(found);
    if (now === "gone" && before !== "gone") form.dispatchEvent(new Event("desk:gone"));
    if (document.visibilityState === "visible") timer = setTimeout(check, now === "fine" ? EVERY : EVERY / 6);
    return now;
  }

  const SENTENCES = {
    ended: "Phiên làm việc đã kết thúc. Chữ bạn viết vẫn ở đây, chưa được lưu.",
    down: "Không nối được tới máy chủ. Chữ bạn viết vẫn ở đây, chưa được lưu.",
    broken: "Máy chủ đang gặp lỗi. Chữ bạn viết vẫn ở đây, chưa được lưu.",
    gone: "Tin này không còn nữa. Chữ bạn viết được giữ trong trình duyệt này: mở “Viết tin mới” để lấy lại.",
    refused: "Bây giờ bạn không sửa được tin này, có thể tin đã được gửi duyệt. Chữ bạn viết vẫn ở đây.",
  };

  function sayState(now, before, found) {
    if (now === before) return;
    alarm.replaceChildren();
    alarm.classList.toggle("desk-said", now === "fine");
    if (now === "fine") {
      if (before !== "fine") alarm.append(line("Đã nối lại với máy chủ. Bạn có thể lưu."));
      return;
    }
    if (now === "other") {
      alarm.append(line(`Trình duyệt đang đăng nhập bằng tài khoản khác (${found.name}), nên form này không gửi đi được. Hãy đăng nhập lại bằng tài khoản của bạn.`), signIn());
      return;
    }
    alarm.append(line(SENTENCES[now]));
    if (now === "ended") alarm.append(signIn());
  }

  function line(words) {
    const made = document.createElement("p");
    made.textContent = words;
    return made;
  }

  function signIn() {
    const made = document.createElement("a");
    made.className = "button";
    made.href = login;
    made.target = "_blank";
    made.textContent = "Đăng nhập lại (mở trang khác)";
    return made;
  }

  function sayColleagues(found) {
    const words = [];
    if (found.others.length) words.push(`Đang cùng mở tin này: ${found.others.join(", ")}.`);
    const seen = form.querySelector("[name=seen]");
    if (found.version > Number(seen && seen.value !== "" ? seen.value : version)) {
      words.push(`${found.saved}. Khi bạn lưu, bạn sẽ được xem cả hai bản; không có gì bị ghi đè.`);
    }
    const text = words.join(" ");
    if (colleagues.textContent === text) return;
    colleagues.replaceChildren(...(text ? [line(text)] : []));
  }

  for (const sign of ["input", "keydown", "pointerdown"]) {
    document.addEventListener(sign, () => { worked = true; }, { capture: true, passive: true });
  }
  /* The body is written in a frame of its own. */
  if (window.CKEDITOR) {
    window.CKEDITOR.on("instanceReady", ({ editor }) => editor.on("change", () => { worked = true; }));
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") check();
    else clearTimeout(timer);
  });
  window.addEventListener("focus", () => { if (state !== "fine") check(); });
  window.addEventListener("online", check);
  window.addEventListener("offline", check);
  check();

  window.deskPresence = { check };
})();
