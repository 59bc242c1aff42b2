// Repeats the chosen time in the summary and the bottom bar.
function show() {
  const chosen = document.querySelector('[name=slot]:checked');
  for (const place of document.querySelectorAll('[data-chosen]')) {
    place.textContent = chosen ? chosen.dataset.long : place.dataset.chosenEmpty;
    place.toggleAttribute('data-full', Boolean(chosen));
  }
}

document.addEventListener('change', (event) => event.target.matches('[name=slot]') && show());
document.addEventListener('part-swapped', show);
show();
