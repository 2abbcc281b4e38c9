// What a page does beyond its links: keys, and news of changes. Nothing here writes markup.
const $ = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const off = () => localStorage.getItem("keys") === "off";

// ---- Keys: never in fields, never with a modifier, never round the end of a list; each has a link beside it.
const places = { s: "/", o: "/outlets", f: "/feeds", d: "/dead-letters", a: "/accounts", h: "/help" };
let went = 0;

const move = (selector, step) => {
  const stops = all(selector).filter((one) => one.checkVisibility());
  const here = stops.indexOf(document.activeElement);
  const next = here < 0 ? stops.at(step > 0 ? 0 : -1) : stops[here + step];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
};
const follow = (selector) => $(selector)?.click();
const compare = () => (document.activeElement?.closest("li")?.querySelector("[data-compare]") ?? $("[data-compare]"))?.click();

const keys = {
  j: () => move("main [data-item]", 1),
  k: () => move("main [data-item]", -1),
  o: () => document.activeElement?.matches("[data-item]") && document.activeElement.click(),
  c: compare,
  n: () => move("[data-passage]", 1),
  N: () => move("[data-passage]", -1),
  x: () => follow("[data-swap]"),
  "[": () => follow(".then [rel=prev], main [rel=prev]"),
  "]": () => follow(".then [rel=next], main [rel=next]"),
  "/": () => $("#q").focus(),
  "?": () => location.assign("/help#keys"),
  p: () => $("#hold")?.click(),
  r: () => $("#take:not([hidden])")?.click(),
  g: () => { went = Date.now(); },
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || off()) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const place = Date.now() - went < 1500 && places[event.key];
  const act = place ? () => location.assign(place) : keys[event.key];
  went = 0;
  if (!act) return;
  event.preventDefault();
  act();
});

const button = $("#keys-off");
if (button) {
  const word = () => { button.textContent = off() ? "Turn keys on" : "Turn keys off"; };
  button.hidden = false;
  button.addEventListener("click", () => { localStorage.setItem("keys", off() ? "on" : "off"); word(); });
  word();
}

// ---- News: one stream for all tabs, where locks exist; else one while the tab is seen.
const live = () => {
  const box = $(".live"), said = $("#news"), take = $("#take"), hold = $("#hold");
  const channel = new BroadcastChannel("newsfold");
  const changed = new Set();
  let heard = Date.now();
  let held = sessionStorage.getItem("held") === "yes";
  box.hidden = false;

  const show = () => {
    const late = Date.now() - heard > 40_000;
    box.classList.toggle("late", late);
    hold.setAttribute("aria-pressed", String(held));
    take.hidden = changed.size === 0;
    const word = late ? "No news from the server" : held ? "Held still"
      : changed.size ? `${changed.size} ${changed.size === 1 ? "story" : "stories"} changed` : "";
    if (said.textContent !== word) said.textContent = word;
  };
  const hear = ({ kind, stories = [] }) => {
    heard = Date.now();
    if (kind === "reload") changed.add("");
    for (const id of stories) changed.add(id);
    show();
    soon();
  };
  const open = () => {
    const stream = new EventSource("/live");
    for (const kind of ["changed", "ping", "reload"]) {
      stream.addEventListener(kind, (event) => {
        let told = {};
        try { told = JSON.parse(event.data || "{}"); } catch { /* a ping without data */ }
        const news = { kind, stories: told.stories };
        hear(news);
        channel.postMessage(news);
      });
    }
    return stream;
  };
  channel.onmessage = (event) => hear(event.data);
  if (navigator.locks) {
    const asked = Date.now();
    navigator.locks.request("newsfold-live", () => {
      open();
      // The tab that listened is gone: what came meanwhile nobody heard.
      if (Date.now() - asked > 2000) hear({ kind: "reload" });
      return new Promise(() => {});
    });
  } else {
    let stream = document.hidden ? null : open();
    addEventListener("visibilitychange", () => {
      stream?.close();
      stream = document.hidden ? null : open();
    });
  }

  // A document read by XMLHttpRequest is parsed without running anything, and needs no trusted type.
  const read = () => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname + location.search);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject());
    request.onerror = reject;
    request.send();
  });
  const named = (details) => details.parentElement.querySelector("a")?.getAttribute("href");
  const swap = async () => {
    const fresh = await read();
    const opened = new Set(all("main details[open]").map(named));
    const focus = document.activeElement?.closest("main a")?.getAttribute("href");
    for (const part of ["main", ".foot > p"]) {
      $(part).replaceChildren(...document.importNode(fresh.querySelector(part), true).childNodes);
    }
    all("body > .notice").forEach((one) => one.remove());
    $("main").before(...[...fresh.querySelectorAll("body > .notice")].map((one) => document.importNode(one, true)));
    for (const one of all("main details")) if (opened.has(named(one))) one.open = true;
    if (focus) all("main a").find((one) => one.getAttribute("href") === focus)?.focus({ preventScroll: true });
  };
  const update = async () => {
    changed.clear();
    show();
    await swap().catch(() => location.reload());
  };
  // Of itself it moves only where nobody reads on: at the top, with nothing chosen, on the page of now.
  const idle = () => !held && !document.hidden && scrollY < 80 && !document.activeElement?.closest("main *")
    && !new URLSearchParams(location.search).has("at") && $("main .items");
  const LULL_MS = 250;
  let due = 0;
  const soon = () => {
    if (due || !changed.size) return;
    due = setTimeout(() => { due = 0; if (changed.size && idle()) update(); }, LULL_MS);
  };
  take.addEventListener("click", update);
  hold.addEventListener("click", () => {
    held = !held;
    sessionStorage.setItem("held", held ? "yes" : "no");
    show();
  });
  setInterval(show, 5_000);
  show();
};
if ("live" in document.body.dataset) live();
