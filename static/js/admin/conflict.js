/* Two texts of one story: how many choices are left, beside the button that saves them and in the bar below the form. */
"use strict";
(() => {
  const panel = document.querySelector(".conflict");
  const said = panel.querySelector("[data-conflict-said]");
  const link = document.querySelector("[data-conflict-left]");

  panel.addEventListener("change", () => {
    const choices = [...panel.querySelectorAll("fieldset")];
    const open = choices.filter((choice) => !choice.querySelector(":checked"));
    for (const choice of choices) choice.classList.toggle("open", open.includes(choice));
    said.textContent = open.length ? `Còn ${open.length} chỗ chưa chọn.` : "Đã chọn đủ.";
    if (!link) return;
    link.hidden = !open.length;
    if (!open.length) return;
    link.textContent = `Còn ${open.length} chỗ phải chọn ở đầu trang`;
    link.hash = open[0].querySelector("input").id;
  });
})();
