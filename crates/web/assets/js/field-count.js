// Counts the letters of a long answer while it is written.
for (const area of document.querySelectorAll('[data-count]')) {
  const place = document.getElementById(area.dataset.count);
  const whole = place.dataset.countMax;
  const show = () => {
    if (area.value) place.textContent = `${area.value.length} / ${whole}`;
  };
  area.addEventListener('input', show);
  show();
}
