// The date in the masthead, kept true while the page lies open or comes from a cache.
const WEEKDAYS = ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"];
const place = document.querySelector("[data-clock]");

function today() {
  // Reckoned, as Vietnam is seven hours ahead all year: setting up Intl for it costs a phone more than all other scripts.
  const now = new Date(Date.now() + 7 * 3_600_000);
  const [year, month, day] = now.toISOString().slice(0, 10).split("-");
  return [`${WEEKDAYS[now.getUTCDay()]}, ngày ${day}/${month}/${year}`, `${year}-${month}-${day}`];
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
