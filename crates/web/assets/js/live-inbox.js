// Keeps the inbox and the bell true while somebody looks: the stream tells how much is not read, at once and whenever
// that changes.
const place = document.querySelector('[data-live-inbox]');
let stream;
let known;

async function refresh() {
  // A person who is about to open something is not interrupted.
  if (place.contains(document.activeElement)) return;
  const answer = await fetch(location.href, { headers: { 'X-Fragment': place.id, Accept: 'text/html' }, credentials: 'same-origin' });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  place.replaceChildren(...fresh.body.childNodes);
}

function ring(unread) {
  for (const badge of document.querySelectorAll('[data-unread]')) {
    badge.textContent = unread > 9 ? '9+' : unread;
    badge.hidden = unread === 0;
  }
}

function open() {
  if (stream || document.hidden) return;
  stream = new EventSource(place.dataset.liveInbox);
  stream.addEventListener('unread', (event) => {
    const { unread } = JSON.parse(event.data);
    ring(unread);
    if (known !== undefined && unread !== known) refresh();
    known = unread;
    document.documentElement.dataset.live = 'yes';
  });
}

function close() {
  stream?.close();
  stream = undefined;
}

document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
addEventListener('pagehide', close);
open();
