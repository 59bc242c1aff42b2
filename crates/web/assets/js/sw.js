// The part of the app that lives on after its pages are closed. It keeps the files every page needs and two pages that
// hold nothing of anybody: what to do without a connection, and what to do in an emergency. Pages of people are never
// kept: they are asked for anew each time.
const RELEASE = '__RELEASE__';
const FILES = __FILES__;
const PAGES = ['/luring', '/darurat'];
const LANGUAGES = ['id', 'en'];
const ASSETS = `/assets/${RELEASE}/`;
const CACHE = `mediverse-${RELEASE}`;
const TONGUE = '/luring/bahasa';

// Without cookies: what is kept is what a guest would see.
const guest = (path) => new Request(path, { credentials: 'omit', cache: 'reload' });
const page = (path, language) => `${path}?lang=${language}`;

addEventListener('install', (event) => {
  const pages = PAGES.flatMap((path) => LANGUAGES.map((language) => page(path, language)));
  const all = [...FILES.map((name) => ASSETS + name), ...pages].map(guest);
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(all)));
});

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('mediverse-') && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

// The page asks for it once the person has agreed to the new version.
addEventListener('message', (event) => event.data === 'take-over' && skipWaiting());

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith(ASSETS)) event.respondWith(file(request));
  else if (request.mode === 'navigate') event.respondWith(navigate(request, url));
});

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function navigate(request, url) {
  try {
    const answer = await fetch(request);
    const language = answer.headers.get('content-language');
    if (language) remember(language);
    return answer;
  } catch (error) {
    const cache = await caches.open(CACHE);
    const language = (await (await cache.match(TONGUE))?.text()) ?? 'id';
    const path = PAGES.includes(url.pathname) ? url.pathname : PAGES[0];
    const kept = await cache.match(page(path, language), { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

let spoken;

async function remember(language) {
  if (language === spoken || !LANGUAGES.includes(language)) return;
  spoken = language;
  const cache = await caches.open(CACHE);
  await cache.put(TONGUE, new Response(language));
}
