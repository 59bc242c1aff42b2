// Swaps a named part of the page instead of loading all of it.
//
//   <a data-enhance="picker" href="…">      follows the link, replaces #picker
//   <form data-enhance="day" method="post">  sends the form, replaces #day
//
// The server answers `X-Fragment: picker` with that block alone. Anything unexpected falls back to plain
// navigation. After a swap the browser's history, the focus and the scroll position are as if nothing had moved.

const announce = (text) => {
  const region = document.getElementById('announce');
  if (region) region.textContent = text;
};

const keyOf = (element) => element?.id || element?.getAttribute('href') || element?.name || '';

function restoreFocus(part, key) {
  if (!key) return;
  const same = [...part.querySelectorAll('a[href], button, input, select')].find((candidate) => keyOf(candidate) === key);
  (same ?? part).focus({ preventScroll: true });
}

async function swap(name, url, request, remember) {
  const part = document.getElementById(name);
  if (!part) return false;
  const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : '';
  const strip = part.querySelector('[data-day-strip]')?.scrollLeft;
  part.setAttribute('aria-busy', 'true');
  let answer;
  try {
    answer = await fetch(url, { ...request, headers: { 'X-Fragment': name, Accept: 'text/html' }, credentials: 'same-origin' });
  } catch {
    part.removeAttribute('aria-busy');
    return false;
  }
  if (!answer.headers.get('content-type')?.startsWith('text/html')) return false;
  const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = parsed.getElementById(name);
  // A whole page that lacks the part (a log-in form, an error) is shown as the page it is.
  if (!fresh && parsed.getElementById('main')) return false;
  if (fresh) part.replaceWith(fresh);
  else part.replaceChildren(...parsed.body.childNodes);
  const now = document.getElementById(name);
  now.removeAttribute('aria-busy');
  const freshStrip = now.querySelector('[data-day-strip]');
  if (freshStrip && strip !== undefined) freshStrip.scrollLeft = strip;
  restoreFocus(now, focused);
  const heading = now.querySelector('[role=alert], legend, h2');
  if (heading) announce(heading.textContent.trim());
  if (remember) history.pushState({ part: name }, '', answer.redirected ? answer.url : url);
  document.dispatchEvent(new CustomEvent('part-swapped', { detail: { name } }));
  return true;
}

// A page that takes its time says so: a thin bar at the top, from the moment when one begins to wonder.
function leaving() {
  setTimeout(() => document.documentElement.toggleAttribute('data-leaving', true), 120);
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/"]');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!link.matches('[download], [data-enhance], [target]')) leaving();
});

document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-enhance]');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!(await swap(link.dataset.enhance, link.href, {}, true))) location.assign(link.href);
});

document.addEventListener('submit', async (event) => {
  const form = event.target;
  // A second press of the same button would be a second request.
  if (form.method === 'post' && !form.matches('[data-enhance]')) {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    const button = event.submitter ?? form.querySelector('button:not([type=button])');
    button?.setAttribute('aria-busy', 'true');
  }
  if (!form.matches('[data-enhance], [data-download]')) leaving();
  if (!form.matches('[data-enhance]')) return;
  event.preventDefault();
  const values = new FormData(form, event.submitter);
  const query = new URLSearchParams(values);
  const posts = form.method === 'post';
  const url = posts ? form.action : `${form.action.split('?')[0]}?${query}`;
  const done = await swap(form.dataset.enhance, url, posts ? { method: 'POST', body: query } : {}, !posts);
  if (!done) form.submit();
});

// Coming back from the history's cache: buttons work again.
addEventListener('pageshow', (event) => {
  document.documentElement.removeAttribute('data-leaving');
  if (!event.persisted) return;
  for (const form of document.querySelectorAll('[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('[aria-busy]')?.removeAttribute('aria-busy');
  }
});

addEventListener('popstate', () => location.reload());

document.querySelector('[data-focus]')?.focus();
