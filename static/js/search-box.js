/* Suggestions are fetched when a search box is first used: most readers never use one. */
for (const line of document.querySelectorAll("input[data-suggest]")) {
  line.addEventListener("focus", async () => (await import(line.dataset.script)).suggest(line), { once: true });
}
