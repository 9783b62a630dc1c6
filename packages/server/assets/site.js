// Adds to pages what needs script: the player, seeking by chapter, copying, the share form. Pages are whole without it.
(() => {
  const icons = document.currentScript.dataset.icons;
  /** The stream that the page shows: its player, its page, whether the past plays. */
  let watched;
  document.documentElement.classList.add("scripted");
  addEventListener("DOMContentLoaded", start);

  function start() {
    for (const place of document.querySelectorAll("[data-player]")) {
      if (JSON.parse(place.dataset.player).waiting) awaitStream(place);
      else play(place);
    }
    for (const line of document.querySelectorAll("[data-status]")) followStatus(line);
    for (const image of document.querySelectorAll("img[data-follow]")) followPicture(image);
    const cards = [...document.querySelectorAll("[data-card]")];
    if (cards.length > 0) followCards(cards);
    for (const command of document.querySelectorAll(".cmd")) addCopyButton(command);
    const sheet = document.getElementById("share");
    if (sheet?.querySelector("form")) follow(sheet);
    for (const field of document.querySelectorAll("[data-timezone]")) {
      field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    }
    if (document.body.classList.contains("embed")) tellParent();
    const dates = document.querySelector("[data-dates]");
    if (dates) tellDates(dates);
    const changes = document.querySelector("[data-changes]");
    if (changes) countChanges(changes);
  }

  function play(place) {
    const { src, options, cols, rows, view, stream } = JSON.parse(place.dataset.player);
    if (typeof AsciinemaPlayer === "undefined") return; // the picture stays
    const shape = (size) => place.style.setProperty("--ratio", String((size.cols * 0.6) / (size.rows * 1.3333)));
    shape({ cols, rows });
    const still = [...place.children];
    const player = AsciinemaPlayer.create(src.driver ? liveSource(src) : src, place, options);
    for (const child of still) child.remove();
    place.classList.remove("off");
    if (stream) {
      followStream({ ...stream, player });
      // A terminal that is made larger still fits the window.
      player.addEventListener("reset", ({ size }) => shape(size));
      player.addEventListener("resize", shape);
    }
    if (view) {
      let counted = false;
      player.addEventListener("playing", () => {
        if (!counted) navigator.sendBeacon(view);
        counted = true;
      });
    }
    followMoments(player);
  }

  /** The address of a WebSocket cannot be relative. */
  function liveSource(source) {
    const url = new URL(source.url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    return { ...source, url: url.href };
  }

  /** Does something every so many seconds while somebody looks at the page; ends when it returns true. */
  function every(seconds, work) {
    const again = async () => {
      const done = document.hidden ? false : await work().catch(() => false);
      if (!done) setTimeout(again, seconds * 1000);
    };
    setTimeout(again, seconds * 1000);
  }

  /** A stream that is off plays when it is on. */
  function awaitStream(place) {
    every(5, async () => {
      const answer = await fetch(place.dataset.statusOf);
      if (answer.headers.get("x-stream-live") !== "1") return false;
      play(place);
      return true;
    });
  }

  /** The line that says what is going on stays true. Only a change between on and off is said aloud. */
  function followStatus(line) {
    let live;
    const refresh = async () => {
      const answer = await fetch(line.dataset.status);
      if (!answer.ok) return false;
      const now = answer.headers.get("x-stream-live");
      for (const link of document.querySelectorAll("[data-kept]")) link.hidden = !kept(answer);
      line.innerHTML = await answer.text(); // made and escaped by the server
      const behind = now === "1" ? secondsBehind(answer) : undefined;
      if (behind >= 0.1) {
        const number = document.createElement("b");
        number.textContent = behind < 10 ? `${behind.toFixed(1)} s` : clock(behind);
        const words = document.createElement("span");
        words.append(...(behind < 10 && !watched.isBehind ? ["delay ", number] : [number, " behind"]));
        line.append(words);
      }
      if (live !== undefined && live !== now) said(now === "1" ? "The stream is live" : "The stream has ended");
      live = now;
      return false;
    };
    every(5, refresh);
    // What the player notices is known here soon after: that it is counted, that nothing is on any more.
    for (const name of ["playing", "offline", "ended"]) {
      watched?.player.addEventListener(name, () => setTimeout(() => refresh().catch(() => {}), 1000));
    }
  }

  /** How far what is shown is behind what happens, in seconds. */
  function secondsBehind(answer) {
    const shown = watched?.player.getCurrentTime();
    const now = Number(answer.headers.get("x-stream-time"));
    const from = watched?.isBehind ? kept(answer)?.from : 0;
    return shown === undefined || from === undefined ? undefined : Math.max(0, now - shown - from);
  }

  /** What of a stream can be watched again: from when to when, in seconds. */
  function kept(answer) {
    const [from, until] = (answer?.headers.get("x-stream-kept") ?? "").split(" ").map(Number);
    return until === undefined ? undefined : { from, until };
  }

  /** What can be done on a stream's page beside watching: go back in what is kept, and come to the present again. */
  function followStream(stream) {
    watched = stream;
    const { player, path, isBehind } = stream;
    const to = (seconds) => `${path}?t=${Math.max(0, seconds).toFixed(1)}`;
    const status = () => fetch(`${path}/status`).catch(() => {});
    if (isBehind) {
      player.addEventListener("ended", async () => {
        const answer = await status();
        if (answer?.headers.get("x-stream-live") !== "1") return;
        // What was on while this played is kept, too.
        const end = player.getDuration();
        const { from, until } = kept(answer) ?? { from: 0, until: 0 };
        location.replace(until - from > end + 2 ? to(end) : path);
      });
      return;
    }
    const back = document.querySelector("[data-back]");
    if (!back) return;
    const place = player.el.parentElement;
    const go = async (event) => {
      const now = player.getCurrentTime();
      if (back.hidden || now === undefined) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const answer = await status();
      const span = kept(answer);
      if (span) location.assign(to(now - span.from - (paused ? 1 : 30)));
      // Who cannot be told how far it goes back follows the link as it is.
      else if (!answer?.ok) location.assign(back.href);
    };
    let paused = false;
    const tell = (isPaused) => {
      paused = isPaused;
      back.querySelector("span").textContent = paused ? "Go on from here" : "Back 30 s";
    };
    player.addEventListener("pause", () => tell(true));
    player.addEventListener("playing", () => tell(false));
    back.addEventListener("click", go);
    place.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") go(event);
    });
  }

  /** A picture of what is on is loaded again and again. */
  function followPicture(image) {
    every(Number(image.dataset.follow), async () => {
      if (!image.isConnected || !image.dataset.follow) return true;
      const url = new URL(image.src);
      url.searchParams.set("n", String(Date.now()));
      const next = new Image();
      next.src = url.href;
      await next.decode();
      image.src = url.href;
      return false;
    });
  }

  /** Cards of streams that are on say how it goes there, as the page would if it was loaded now. */
  function followCards(cards) {
    every(10, async () => {
      const answer = await fetch(location.href);
      if (!answer.ok) return false;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const card of cards) {
        const now = page.querySelector(`[data-card="${card.dataset.card}"]`);
        if (now) {
          for (const part of [".time", ".meta"]) card.querySelector(part).replaceWith(now.querySelector(part));
        } else {
          card.querySelector(".live")?.replaceWith("off");
          delete card.querySelector("img").dataset.follow;
        }
      }
      return false;
    });
  }

  /** Links to moments seek; the chapter that is playing is marked. */
  function followMoments(player) {
    const chapters = [...document.querySelectorAll(".chap [data-seek]")];
    for (const link of document.querySelectorAll("[data-seek]")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        player.seek(Number(link.dataset.seek)).then(mark, () => {});
        place(link);
      });
    }
    if (chapters.length === 0) return;
    let timer;
    player.addEventListener("playing", () => {
      clearInterval(timer);
      timer = setInterval(mark, 250);
    });
    for (const name of ["pause", "ended"]) {
      player.addEventListener(name, () => {
        clearInterval(timer);
        mark();
      });
    }
    player.addEventListener("seeked", mark);

    async function mark() {
      const now = await player.getCurrentTime();
      const current = chapters.filter((link) => Number(link.dataset.seek) <= now + 0.05).at(-1);
      for (const link of chapters) {
        if (link === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }

    function place(link) {
      // A reader at the end of a long transcript wants to see what the click did.
      const stage = document.querySelector("[data-player]");
      const box = stage.getBoundingClientRect();
      if (box.bottom < 80 && link.closest(".chap")) stage.scrollIntoView({ block: "start" });
    }
  }

  /** The page around a frame learns how high it has to be, and lends its type. */
  function tellParent() {
    const tell = () => {
      const { scrollWidth: width, scrollHeight: height } = document.body;
      parent.postMessage({ type: "bodySize", payload: { width, height } }, "*");
    };
    new ResizeObserver(tell).observe(document.body);
    addEventListener("message", ({ source, data }) => {
      if (source !== parent || data?.type !== "textStyle") return;
      const credit = document.querySelector(".credit");
      const { color, fontFamily, fontSize } = data.payload ?? {};
      for (const [name, value] of Object.entries({ color, fontFamily, fontSize })) {
        if (typeof value === "string") credit.style[name] = value;
      }
    });
    tell();
  }

  function addCopyButton(command) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn plain square";
    button.setAttribute("aria-label", "Copy");
    const show = (name) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      svg.classList.add("icon");
      svg.setAttribute("aria-hidden", "true");
      use.setAttribute("href", `${icons}#${name}`);
      svg.append(use);
      button.replaceChildren(svg);
    };
    show("copy");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.querySelector("code").textContent.trim());
      show("check");
      said("Copied");
      setTimeout(show, 2000, "copy");
    });
    command.append(button);
  }

  /** Says something to those who do not see it. */
  function said(text) {
    let region = document.getElementById("said");
    if (!region) {
      region = document.createElement("p");
      region.id = "said";
      region.className = "sr";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    region.textContent = text;
  }

  /** The share sheet's results follow its options. */
  function follow(sheet) {
    const { url, title, id } = sheet.dataset;
    const form = sheet.querySelector("form");
    form.querySelector("[data-noscript]").hidden = true;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      const query = new URLSearchParams();
      const start = seconds(form.elements.t.value);
      if (start) query.set("t", String(start));
      if (form.elements.autoplay.checked && !start) query.set("autoplay", "1");
      if (form.elements.loop.checked) query.set("loop", "1");
      const text = query.size > 0 ? `?${query}` : "";
      const data = [...query].map(([name, value]) => ` data-${name === "t" ? "start-at" : name}="${value}"`).join("");
      const name = title.replace(/[[\]\\]/g, "\\$&");
      const out = {
        Link: `${url}${text}`,
        Script: `<script async id="asciicast-${id}" src="${url}.js"${data}></script>`,
        Iframe: `<iframe src="${url}/iframe${text}" width="694" height="522" allow="fullscreen"></iframe>`,
        "Markdown image": `[![${name}](${url}.svg)](${url}${text})`,
      };
      for (const [key, value] of Object.entries(out)) {
        sheet.querySelector(`[data-out="${key}"]`).textContent = value;
      }
    });
  }

  /** Says what a schedule means while it is typed. */
  function tellDates(place) {
    const field = document.querySelector("[name=schedule]");
    let pause;
    field.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(async () => {
        const schedule = field.value;
        const answer = await fetch(`${place.dataset.dates}?${new URLSearchParams({ schedule })}`).catch(() => {});
        if (!answer?.headers.get("content-type")?.startsWith("text/plain")) return;
        const dates = await answer.text();
        // What was typed since is answered by another one.
        if (schedule === field.value) place.textContent = dates;
      }, 300);
    });
  }

  /** Says how many fields of a form differ from what is saved. */
  function countChanges(place) {
    const form = place.closest("form");
    const changed = (field) => {
      if (field.type === "radio") return field.checked && !field.defaultChecked;
      if (field.type === "checkbox") return field.checked !== field.defaultChecked;
      if (field.options) return !field.options[field.selectedIndex].defaultSelected && field.selectedIndex > 0;
      return field.value !== field.defaultValue;
    };
    const tell = () => {
      const count = [...form.elements].filter((field) => field.name && changed(field)).length;
      place.textContent = count === 0 ? "" : `${count} ${count === 1 ? "change" : "changes"} not saved`;
    };
    form.addEventListener("input", tell);
    tell();
  }

  /** Seconds as `0:42` or `1:02:03`. */
  function clock(seconds) {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    if (parts[0] === 0) parts.shift();
    return parts.map((part, i) => (i === 0 ? part : String(part).padStart(2, "0"))).join(":");
  }

  function seconds(text) {
    if (!/^(\d{1,4}:){0,2}\d{1,9}(\.\d{1,3})?$/.test(text)) return 0;
    return text.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  }
})();
