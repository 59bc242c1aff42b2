// The button that puts the app on the home screen, where the browser can do that.
const button = document.querySelector('[data-install]');
const show = () => (button.hidden = !globalThis.installing);

button.addEventListener('click', async () => {
  const event = globalThis.installing;
  if (!event) return;
  event.prompt();
  await event.userChoice;
  globalThis.installing = undefined;
  show();
});
document.addEventListener('installable', show);
addEventListener('appinstalled', () => (button.hidden = true));
show();
