// The one module every page loads. Each behaviour is fetched only where the page asks for it by attribute;
// without any of them every page works as forms and links.
const behaviours = [
  ['main', './enhance.js'],
  ['[data-live-slots], [data-live-day]', './live-slots.js'],
  ['[data-live-inbox]', './live-inbox.js'],
  ['[data-hold]', './hold-countdown.js'],
  ['[data-day-strip]', './day-strip.js'],
  ['[data-chosen]', './slot-choice.js'],
  ['[data-theme-form]', './theme.js'],
  ['[data-count]', './field-count.js'],
  ['[data-keeps], [data-kept]', './kept-visits.js'],
  ['[data-install]', './install.js'],
  ['[data-print]', './print.js'],
];

// The browser offers installing before anybody has asked; the page's own button brings it up again.
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  globalThis.installing = event;
  document.dispatchEvent(new Event('installable'));
});

for (const [selector, module] of behaviours) {
  if (document.querySelector(selector)) import(module);
}

if ('serviceWorker' in navigator && isSecureContext) addEventListener('load', () => import('./release.js'));

// What this device keeps of somebody goes as soon as they are no longer signed in here, or want it no more.
try {
  const ours = document.querySelector('[data-keeps], [data-kept]');
  if (localStorage.getItem('kept') && !ours && document.querySelector('#main')) import('./kept-visits.js');
} catch {
  // A browser that lets pages keep nothing has kept nothing.
}
