// Keeps what is on screen true: a time somebody else takes is struck out within a second, and the doctor's day
// follows its patients. The connection is closed while the page is hidden and made anew when it is seen again.
//
// Events of `data-live-slots`: `taken` and `freed`, each with the slot's RFC 3339 start as data; `again`, whereupon the
// part is fetched anew, because some were missed.
// Events of `data-live-day`: `changed`, whereupon the part is fetched again.

let stream;

const announce = (text) => {
  const region = document.getElementById('announce');
  if (region) region.textContent = text;
};

const word = (name) => document.querySelector('[data-live-slots]')?.dataset[name] ?? '';

function tell(slot, text) {
  const hidden = slot.querySelector('.vh');
  if (hidden) hidden.textContent = text;
}

const slotAt = (start) => document.querySelector(`[data-slot="${CSS.escape(start)}"]`);

function take(start) {
  const slot = slotAt(start);
  const input = slot?.querySelector('input');
  if (!input || input.disabled) return;
  const wasChosen = input.checked;
  input.checked = false;
  input.disabled = true;
  slot.toggleAttribute('data-gone', true);
  tell(slot, word('wordTaken'));
  // The offer of the soonest time must not name one that is gone.
  if (document.querySelector(`[name=take][value="${CSS.escape(start)}"]`)) {
    setTimeout(() => refresh(document.querySelector('[data-live-slots]')), 700);
  }
  if (wasChosen) {
    announce(`${slot.querySelector('span')?.textContent.trim()}: ${word('taken')}`);
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

function free(start) {
  const slot = slotAt(start);
  const input = slot?.querySelector('input');
  // A person's own time stays theirs.
  if (!input?.disabled || slot.querySelector('small')) return;
  input.disabled = false;
  slot.removeAttribute('data-gone');
  tell(slot, word('wordFree'));
}

async function refresh(part) {
  const answer = await fetch(location.href, { headers: { 'X-Fragment': part.id, Accept: 'text/html' }, credentials: 'same-origin' });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const whole = fresh.getElementById(part.id);
  const chosen = part.querySelector('[name=slot]:checked')?.value;
  if (whole) part.replaceChildren(...whole.childNodes);
  else part.replaceChildren(...fresh.body.childNodes);
  const same = chosen && slotAt(chosen)?.querySelector('input:enabled');
  if (same) same.checked = true;
  else if (chosen) document.dispatchEvent(new CustomEvent('part-swapped', { detail: { name: part.id, live: true } }));
}

function open() {
  const part = document.querySelector('[data-live-slots], [data-live-day]');
  if (!part || stream || document.hidden) return;
  stream = new EventSource(part.dataset.liveSlots ?? part.dataset.liveDay);
  stream.addEventListener('taken', (event) => take(event.data));
  stream.addEventListener('freed', (event) => free(event.data));
  stream.addEventListener('again', () => refresh(document.querySelector('[data-live-slots]')));
  // A connection made anew has missed what happened meanwhile.
  let before = false;
  stream.addEventListener('open', () => {
    const now = document.querySelector('[data-live-slots], [data-live-day]');
    document.documentElement.dataset.live = 'yes';
    if (before && now) refresh(now);
    before = true;
  });
  let waiting;
  stream.addEventListener('changed', () => {
    clearTimeout(waiting);
    waitForQuiet();
  });
  const waitForQuiet = () => {
    waiting = setTimeout(() => {
      const now = document.querySelector('[data-live-day]');
      // A person in the middle of a form is not interrupted.
      if (now && !now.contains(document.activeElement?.closest('form'))) refresh(now);
    }, 150);
  };
}

function close() {
  stream?.close();
  stream = undefined;
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return close();
  const part = document.querySelector('[data-live-slots], [data-live-day]');
  if (part) refresh(part);
  open();
});
document.addEventListener('part-swapped', (event) => {
  if (event.detail?.live) return;
  close();
  open();
});
addEventListener('pagehide', close);
open();
