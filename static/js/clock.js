// The date in the masthead, kept true while the page lies open or comes from a cache.
const WEEKDAYS = ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"];
const place = document.querySelector("[data-clock]");

function today() {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Ho_Chi_Minh", dateStyle: "short" }).format(new Date());
  const [year, month, day] = parts.split("-").map(Number);
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  const two = (number) => String(number).padStart(2, "0");
  return [`${weekday}, ngày ${two(day)}/${two(month)}/${year}`, `${year}-${two(month)}-${two(day)}`];
}

function show() {
  const [words, date] = today();
  if (place.dateTime !== date) {
    place.textContent = words;
    place.dateTime = date;
  }
}

if (place) {
  show();
  setInterval(show, 30_000);
}
