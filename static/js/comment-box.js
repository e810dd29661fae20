// The dialog and all that it needs are fetched when the reader first touches the box: most readers only read.
const box = document.querySelector("[data-comment-box]");

if (box) {
  const { text } = box.elements;
  let dialog = null;
  // Without the dialog the box leads to a plain page; without a network it keeps what was written.
  const sendPlain = () => {
    if (navigator.onLine) box.submit();
    else {
      const place = document.getElementById(`${text.id}-error`);
      place.textContent = "Chưa gửi được. Hãy kiểm tra kết nối mạng rồi bấm gửi lại; nội dung của bạn vẫn còn đây.";
      place.hidden = false;
      text.setAttribute("aria-describedby", place.id);
      text.focus();
    }
  };
  const sendLate = (event) => {
    event.preventDefault();
    fetchDialog().then(() => box.requestSubmit(), sendPlain);
  };
  const fetchDialog = () => {
    dialog ??= import("./comment-dialog.js").then(
      () => box.removeEventListener("submit", sendLate),
      (error) => {
        dialog = null;
        throw error;
      },
    );
    return dialog;
  };
  const prepare = () => fetchDialog().catch(() => {});
  box.addEventListener("focusin", prepare, { once: true });
  box.addEventListener("submit", sendLate);
  // A browser that comes back to the page fills in what was written, or was quicker than this file.
  if (text.value || document.activeElement === text) prepare();
}
