// Registers the service worker, and offers a new version of the app when there is one: it takes over when the person
// says so, and not in the middle of what they type.
const { serviceWorker } = navigator;
const registration = await serviceWorker.register('/sw.js', { updateViaCache: 'none' });

function offer(worker) {
  const place = document.querySelector('[data-release]');
  // The very first one has nothing to replace.
  if (!place || !worker || !serviceWorker.controller) return;
  place.hidden = false;
  place.querySelector('button').addEventListener('click', (event) => {
    event.currentTarget.setAttribute('aria-busy', 'true');
    serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    worker.postMessage('take-over');
  }, { once: true });
}

function watch(worker) {
  worker?.addEventListener('statechange', () => worker.state === 'installed' && offer(worker));
}

if (registration.waiting) offer(registration.waiting);
watch(registration.installing);
registration.addEventListener('updatefound', () => watch(registration.installing));
