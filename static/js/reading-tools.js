// Cỡ chữ and Màu chữ: sets what display.js applies before the next page's first paint.
const SIZES = ["100", "112", "125", "150", "175", "200"];
const root = document.documentElement;

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is forbidden: it holds for this page only.
  }
}

function setSize(size) {
  root.dataset.size = size;
  remember("size", size);
  showSize();
}

function showSize() {
  const size = root.dataset.size ?? "100";
  for (const tools of document.querySelectorAll("[data-reading-tools]")) {
    tools.querySelector("[data-size-step='-1']").setAttribute("aria-disabled", String(size === SIZES[0]));
    tools.querySelector("[data-size-step='1']").setAttribute("aria-disabled", String(size === SIZES.at(-1)));
    tools.querySelector("[data-size-now]").textContent = `Cỡ chữ ${size} %`;
  }
}

function showScheme() {
  for (const button of document.querySelectorAll("[data-scheme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.schemeChoice === root.dataset.scheme));
  }
}

for (const tools of document.querySelectorAll("[data-reading-tools]")) {
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.sizeStep === "0") setSize(SIZES[0]);
    else if (button.dataset.sizeStep) {
      const place = SIZES.indexOf(root.dataset.size ?? "100") + Number(button.dataset.sizeStep);
      if (SIZES[place]) setSize(SIZES[place]);
    } else if (button.dataset.schemeChoice) {
      root.dataset.scheme = button.dataset.schemeChoice;
      remember("scheme", button.dataset.schemeChoice);
      showScheme();
    }
  });
}
showSize();
showScheme();
