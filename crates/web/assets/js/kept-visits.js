// Keeps the next visits on the person's own device, where they have asked for it, and shows them without a connection.
// They lie encrypted in the browser's database under a key that cannot be taken out of it, and go with signing out.
const STORE = 'kept';

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open('mediverse', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function ask(mode, act) {
  const db = await open();
  try {
    return await new Promise((done, failed) => {
      const asked = act(db.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } finally {
    db.close();
  }
}

const get = (name) => ask('readonly', (store) => store.get(name));
const put = (name, value) => ask('readwrite', (store) => store.put(value, name));
async function clear() {
  localStorage.removeItem('kept');
  await ask('readwrite', (store) => store.clear());
}

async function keep() {
  // Often enough where visits are looked at or made, now and then elsewhere.
  const fresh = Date.now() - Number(localStorage.getItem('kept')) < 600_000;
  if (fresh && !location.pathname.startsWith('/janji')) return;
  const answer = await fetch('/janji/berikutnya.json', { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  if (answer.status === 401 || answer.status === 403) return clear();
  if (!answer.ok) return; // the house is busy or away: what is kept is what is needed now
  let key = await get('key');
  if (!key) {
    key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    await put('key', key);
  }
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, await answer.arrayBuffer());
  await put('visits', { iv, sealed });
  localStorage.setItem('kept', String(Date.now()));
}

async function read() {
  const [key, kept] = [await get('key'), await get('visits')];
  if (!key || !kept) return [];
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, key, kept.sealed);
  const { visits } = JSON.parse(new TextDecoder().decode(plain));
  return visits.filter((visit) => Date.parse(visit.until) > Date.now());
}

function row(template, visit) {
  const item = template.content.cloneNode(true);
  for (const place of item.querySelectorAll('[data-of]')) place.textContent = visit[place.dataset.of];
  return item;
}

const place = document.querySelector('[data-kept]');
if (place) {
  const visits = await read().catch(() => []);
  const template = place.querySelector('template');
  place.querySelector('ol').replaceChildren(...visits.map((visit) => row(template, visit)));
  place.hidden = visits.length === 0;
} else if (document.documentElement.dataset.keeps === 'yes') {
  await keep().catch(() => {});
} else {
  await clear().catch(() => {});
}
