// One beacon for each page view a reader really sees; nothing about the reader is sent.
const address = document.querySelector("[data-count-address]")?.dataset.countAddress;

function send() {
  if (address && document.visibilityState === "visible") {
    navigator.sendBeacon(address);
    document.removeEventListener("visibilitychange", send);
    return true;
  }
  return false;
}

if (document.prerendering) {
  document.addEventListener("prerenderingchange", () => send() || document.addEventListener("visibilitychange", send), {
    once: true,
  });
} else if (!send()) {
  document.addEventListener("visibilitychange", send);
}
