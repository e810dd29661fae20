// Quay lại: a real link to the section; goes back in history when the reader came from this site.
for (const link of document.querySelectorAll("[data-back]")) {
  link.addEventListener("click", (event) => {
    const cameFromHere = document.referrer.startsWith(`${location.origin}/`);
    if (cameFromHere && history.length > 1 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      history.back();
    }
  });
}
