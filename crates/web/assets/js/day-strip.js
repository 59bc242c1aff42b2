// Brings the chosen day into view, without moving the page.
function centre() {
  const strip = document.querySelector('[data-day-strip]');
  const chosen = strip?.querySelector('[aria-current]');
  if (!chosen) return;
  const day = chosen.getBoundingClientRect();
  const box = strip.getBoundingClientRect();
  if (day.left < box.left || day.right > box.right) strip.scrollLeft += day.left - box.left - (box.width - day.width) / 2;
}

document.addEventListener('part-swapped', centre);
centre();
