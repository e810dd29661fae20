// The reader writes, presses Gửi bình luận, and a dialog asks for name and e-mail. Nothing typed is ever lost:
// closing, refused or failed sends leave the text where it is. Without this file the same form is a plain page.
const section = document.querySelector("[data-comments]");
const box = section?.querySelector("[data-comment-box]");
const dialog = section?.querySelector("dialog");

if (box && dialog) {
  const { ticketAddress } = box.dataset;
  const text = box.elements.text;
  const form = dialog.querySelector("form");
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
  text.addEventListener("focus", fetchTicket, { once: true });

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
  const fieldNamed = (name) => (name === "text" ? text : form.elements[name]);
  const showErrors = (errors) => {
    const wrong = [];
    for (const name of ["text", "name", "email", "consent"]) {
      const message = errors[name]?.[0] ?? "";
      showError(fieldNamed(name), message);
      if (message) wrong.push(name);
    }
    if (wrong.includes("text")) dialog.close();
    if (wrong.length) fieldNamed(wrong[0]).focus();
  };
  const say = (message) => {
    alert.textContent = message;
    alert.hidden = !message;
  };

  try {
    const known = JSON.parse(localStorage.getItem("reader") ?? "null");
    if (known) {
      form.elements.name.value = known.name ?? "";
      form.elements.email.value = known.email ?? "";
      form.elements.remember.checked = true;
    }
  } catch {
    // Storage is forbidden or holds something else: the fields start empty.
  }
  const rememberReader = () => {
    try {
      if (form.elements.remember.checked) {
        const { name, email } = form.elements;
        localStorage.setItem("reader", JSON.stringify({ name: name.value, email: email.value }));
      } else localStorage.removeItem("reader");
    } catch {
      // Storage is forbidden: nothing is remembered.
    }
  };

  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const short = text.value.trim().length < 2;
    showError(text, short ? "Hãy viết ý kiến của bạn." : "");
    if (short) {
      text.focus();
      return;
    }
    fetchTicket();
    say("");
    dialog.showModal();
    (form.elements.name.value ? form.elements.consent : form.elements.name).focus();
  });
  form.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    if (box.isConnected && !text.hasAttribute("aria-invalid")) box.querySelector("[type=submit]").focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const errors = {};
    if (form.elements.name.value.trim().length < 2) errors.name = ["Hãy cho biết họ tên của bạn."];
    if (!form.elements.email.value.trim()) errors.email = ["Hãy cho biết địa chỉ thư điện tử."];
    else if (!form.elements.email.validity.valid) errors.email = ["Địa chỉ này chưa đúng. Ví dụ đúng: ten@example.vn"];
    if (!form.elements.consent.checked) errors.consent = ["Chúng tôi chỉ nhận ý kiến khi bạn đồng ý."];
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
      ticket = Promise.resolve(result.ticket);
      if (!proof || result.ticket !== sent) begin(result.work);
      if (result.sent) {
        rememberReader();
        showThanks();
      } else {
        showErrors(result.errors);
        say(result.message);
      }
    } catch {
      say("Chưa gửi được. Hãy kiểm tra kết nối mạng rồi bấm gửi lại; nội dung của bạn vẫn còn đây.");
    } finally {
      button.disabled = false;
    }
  });

  const showThanks = () => {
    dialog.close();
    const thanks = section.querySelector("[data-thanks]");
    thanks.querySelector("[data-thanks-text]").textContent = text.value;
    box.remove();
    thanks.hidden = false;
    thanks.focus();
  };
}
