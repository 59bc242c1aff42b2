// Changes the look at once; the form still tells the server, so that the next page comes in it.
document.querySelector('[data-theme-form]').addEventListener('change', (event) => {
  document.documentElement.dataset.theme = event.target.value;
  const form = event.currentTarget;
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), credentials: 'same-origin' });
});
