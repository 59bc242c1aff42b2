// The one module every page loads. Each behaviour is fetched only where the page asks for it by attribute;
// without any of them every page works as forms and links.
const behaviours = [
  ['[data-enhance], [data-once], [data-focus]', './enhance.js'],
  ['[data-live-slots], [data-live-day]', './live-slots.js'],
  ['[data-hold]', './hold-countdown.js'],
  ['[data-day-strip]', './day-strip.js'],
  ['[data-chosen]', './slot-choice.js'],
  ['[data-theme-form]', './theme.js'],
  ['[data-count]', './field-count.js'],
];

for (const [selector, module] of behaviours) {
  if (document.querySelector(selector)) import(module);
}
