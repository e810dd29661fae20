/* The library: the words of a photo are mended in its card, without leaving the page. */
"use strict";
(() => {
  const said = document.querySelector("[data-photo-said]");
  if (!said) return;

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-photo-words]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    const refusal = form.querySelector("[data-photo-refusal]");
    button.disabled = true;
    refusal.hidden = true;
    const message = await send(form);
    button.disabled = false;
    if (message) {
      refusal.textContent = message;
      refusal.hidden = false;
    }
  });

  /* An empty answer, or why it was not stored; what was typed stays where it is. */
  async function send(form) {
    let response;
    let answer = null;
    try {
      response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      answer = await response.json();
    } catch {
      if (!response) return "Mất kết nối với máy chủ. Hãy bấm Lưu lần nữa.";
    }
    if (answer && answer.errors) return Object.values(answer.errors).flat().join(" ");
    if (response.ok && answer && answer.card) {
      const template = document.createElement("template");
      template.innerHTML = answer.card;
      const card = template.content.firstElementChild;
      form.closest("[data-photo-card]").replaceWith(card);
      card.querySelector("summary").focus();
      said.textContent = "";
      said.textContent = "Đã lưu mô tả ảnh.";
      return "";
    }
    if (response.status === 404) return "Ảnh này không còn trong thư viện.";
    if (response.status === 403) return "Bạn không sửa được ảnh này. Hãy tải lại trang.";
    return "Chưa lưu được. Có thể phiên làm việc đã hết hạn: hãy đăng nhập ở một thẻ khác rồi bấm Lưu lần nữa.";
  }
})();
