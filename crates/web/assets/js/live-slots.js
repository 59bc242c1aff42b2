// Keeps what is on screen true: a time somebody else takes is struck out within a second, and the doctor's day
// follows its patients. The connection is closed while the page is hidden and made anew when it is seen again.
//
// Events of `data-live-slots`: `taken` and `freed`, each with the slot's RFC 3339 start as data.
// Events of `data-live-day`: `changed`, whereupon the part is fetched again.

let stream;

const announce = (text) => {
  const region = document.getElementById('announce');
  if (region) region.textContent = text;
};

const slotAt = (start) => document.querySelector(`[data-slot="${CSS.escape(start)}"]`);

function take(start) {
  const slot = slotAt(start);
  const input = slot?.querySelector('input');
  if (!input || input.disabled) return;
  const wasChosen = input.checked;
  input.checked = false;
  input.disabled = true;
  slot.toggleAttribute('data-gone', true);
  if (wasChosen) {
    const text = document.querySelector('[data-taken]')?.dataset.taken ?? '';
    announce(`${slot.textContent.trim()}: ${text}`);
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

function free(start) {
  const slot = slotAt(start);
  const input = slot?.querySelector('input');
  if (!input || !slot.hasAttribute('data-gone')) return;
  input.disabled = false;
  slot.removeAttribute('data-gone');
}

async function refresh(part) {
  const answer = await fetch(location.href, { headers: { 'X-Fragment': part.id, Accept: 'text/html' }, credentials: 'same-origin' });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const whole = fresh.getElementById(part.id);
  if (whole) part.replaceChildren(...whole.childNodes);
  else part.replaceChildren(...fresh.body.childNodes);
}

function open() {
  const part = document.querySelector('[data-live-slots], [data-live-day]');
  if (!part || stream || document.hidden) return;
  stream = new EventSource(part.dataset.liveSlots ?? part.dataset.liveDay);
  stream.addEventListener('taken', (event) => take(event.data));
  stream.addEventListener('freed', (event) => free(event.data));
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

document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
document.addEventListener('part-swapped', () => {
  close();
  open();
});
addEventListener('pagehide', close);
open();
