// "Xem thêm": the next comments under those that are there. They arrive as JSON and become text in a copy of the mould
// that the page brought, so nothing in them is ever read as markup. Without this file the paging below leads on.
const more = document.querySelector("[data-more-comments]");

if (more) {
  const list = document.querySelector("[data-comment-list]");
  const mould = more.querySelector("template").content.firstElementChild;
  const button = more.querySelector("button");
  const said = more.querySelector("[role=status]");
  const paging = list.parentElement.querySelector(".paging");
  let { address } = more.dataset;

  const lines = (words) =>
    words.split("\n").flatMap((line, number) => (number ? [document.createElement("br"), line] : [line]));

  const filled = (comment) => {
    const item = mould.cloneNode(true);
    const find = (name) => item.querySelector(`[data-${name}]`);
    item.id = `y-kien-${comment.id}`;
    find("initials").textContent = comment.initials;
    for (const place of item.querySelectorAll("[data-name]")) place.textContent = comment.name;
    item.querySelector("time").dateTime = comment.at;
    item.querySelector("time").textContent = comment.date_line;
    find("text").replaceChildren(...lines(comment.text));
    if (comment.answer) {
      find("answer-unit").textContent = comment.answer.unit;
      find("answer-date").dateTime = comment.answer.moment;
      find("answer-date").textContent = comment.answer.date;
      find("answer-text").replaceChildren(...lines(comment.answer.text));
    } else find("answer").remove();
    if (comment.reply_address) find("reply").href = comment.reply_address;
    else find("reply").remove();
    find("report").href = comment.report_address;
    if (comment.replies?.length) find("replies").replaceChildren(...comment.replies.map(filled));
    else find("replies").remove();
    return item;
  };

  const add = (comments) => {
    // What was approved meanwhile has moved the others on: nobody is shown twice.
    const items = comments.filter(({ id }) => !document.getElementById(`y-kien-${id}`)).map(filled);
    list.append(...items);
    if (!items.length) return 0;
    items[0].tabIndex = -1;
    items[0].focus();
    return items.length;
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "omit" });
      if (!answer.ok) throw new Error(answer.status);
      const result = await answer.json();
      const added = add(result.comments);
      address = result.more;
      button.hidden = !address;
      said.textContent = `Đã thêm ${added} ý kiến.${address ? "" : " Đó là tất cả."}`;
    } catch {
      said.textContent = "Chưa tải được. Hãy kiểm tra kết nối mạng rồi bấm lại.";
    } finally {
      button.disabled = false;
    }
  });
  button.hidden = false;
  // From the first page on everything is reached here; from a later one the way back stays.
  paging.hidden = !paging.querySelector("[rel=prev]");
}
