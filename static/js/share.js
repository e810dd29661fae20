// Share by the device's own menu, or copy the address. No third party is called.
for (const box of document.querySelectorAll("[data-share]")) {
  const native = box.querySelector("[data-share-native]");
  const copy = box.querySelector("[data-share-copy]");
  const said = box.querySelector("[data-share-said]");
  // Asked when it is wanted: a comment's private address is known only after it was sent.
  const address = () => new URL(box.dataset.address, location.href).href;
  if (native) {
    native.hidden = !navigator.share;
    native.addEventListener("click", () =>
      navigator.share({ title: box.dataset.title, url: address() }).catch(() => {}),
    );
  }
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address());
      said.textContent = "Đã chép địa chỉ.";
    } catch {
      said.textContent = `Hãy chép địa chỉ này: ${address()}`;
    }
  });
}
