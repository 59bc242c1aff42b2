// Shows how long a slot is still kept. The server's count of seconds is the truth: the clock of the device only
// measures how much time has passed since. Said aloud once, a minute before the end, and at the end.

const announce = (text) => {
  const region = document.getElementById('announce');
  if (region) region.textContent = text;
};

const hold = document.querySelector('[data-hold]');
const began = performance.now();
const seconds = Number(hold.dataset.holdSeconds);
const whole = Number(hold.dataset.holdWhole) || 1;
let warned = seconds <= 60;
let timer;

function show() {
  const left = Math.max(0, Math.round(seconds - (performance.now() - began) / 1000));
  const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  for (const element of document.querySelectorAll('[data-left]')) element.textContent = text;
  for (const ring of document.querySelectorAll('[data-ring]')) ring.setAttribute('stroke-dasharray', `${(left * 100) / whole} 100`);
  if (left <= 60 && left > 0 && !warned) {
    warned = true;
    announce(hold.dataset.holdSoon);
  }
  if (left === 0) {
    clearInterval(timer);
    for (const element of document.querySelectorAll('[data-hold]')) element.setAttribute('data-over', '');
    announce(hold.dataset.holdOver);
  }
}

timer = setInterval(show, 1000);
show();
