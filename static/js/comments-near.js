// What this browser remembers of the reader is shown under the comments, so it is looked up when they are a screen away.
const comments = document.querySelector("[data-own]")?.closest("[data-comments]");

if (comments) {
  const near = new IntersectionObserver(
    (changes) => {
      if (!changes.some(({ isIntersecting }) => isIntersecting)) return;
      near.disconnect();
      import("./remembered.js");
    },
    { rootMargin: "100%" },
  );
  near.observe(comments);
}
