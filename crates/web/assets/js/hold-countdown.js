// Shows how long a slot is still kept. The server's count of seconds is the truth: the clock of the device only
// measures how much time has passed since. Said aloud once, a minute before the end, and at the end. Then the parts
// of the page that say so (`data-hold-part`) are fetched: the slot can be kept again, or others are near. What was
// typed stays where it is.

const announce = (text) => {
  const region = document.getElementById('announce');
  if (region) region.textContent = text;
};

// The server's second may end a little after ours.
const GRACE = 1200;

function count() {
  const hold = document.querySelector('[data-hold]');
  if (!hold) return;
  const began = performance.now();
  const seconds = Number(hold.dataset.holdSeconds);
  const whole = Number(hold.dataset.holdWhole) || 1;
  const { holdSoon: soon, holdOver: over } = hold.dataset;
  let warned = seconds <= 60;
  const show = () => {
    const left = Math.max(0, Math.round(seconds - (performance.now() - began) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    for (const element of document.querySelectorAll('[data-left]')) element.textContent = text;
    for (const ring of document.querySelectorAll('[data-ring]')) ring.setAttribute('stroke-dasharray', `${(left * 100) / whole} 100`);
    if (left <= 60 && left > 0 && !warned) {
      warned = true;
      announce(soon);
    }
    if (left > 0) return;
    clearInterval(timer);
    for (const element of document.querySelectorAll('[data-hold]')) element.setAttribute('data-over', '');
    announce(over);
    setTimeout(turn, GRACE);
  };
  const timer = setInterval(show, 1000);
  show();
}

async function turn() {
  let fresh;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    return; // The page as it is leads on as well: the server says the same when the form is sent.
  }
  const parts = [...document.querySelectorAll('[data-hold-part]')];
  const others = [...fresh.querySelectorAll('[data-hold-part]')];
  if (parts.length !== others.length) return;
  parts.forEach((part, n) => part.replaceWith(others[n]));
  // Kept anew in another window, or a second too early: it goes on.
  count();
}

count();
