// Puts a recording, or a stream, into somebody's page:
//   <script async id="asciicast-ID" src="https://HOST/a/ID.js" data-…></script>
// It plays in a frame where the script stands; the frame says how high it has to be.
(() => {
  const pattern = /^(https?:\/\/[^/]+)\/([as])\/([A-Za-z0-9]+)\.js(?:[?#]|$)/;
  const own = document.currentScript;
  const scripts = own ? [own] : document.querySelectorAll('script[id^="asciicast-"]');
  for (const script of scripts) insert(script);

  function insert(script) {
    const [, host, kind, id] = pattern.exec(script.src) ?? [];
    if (!id || script.dataset.initialized) return;
    script.dataset.initialized = "1";

    const container = document.createElement("div");
    container.id = `asciicast-container-${id}`;
    container.className = "asciicast";
    Object.assign(container.style, { display: "block", padding: "0", margin: "20px 0" });

    const frame = document.createElement("iframe");
    frame.id = `asciicast-iframe-${id}`;
    frame.name = frame.id;
    frame.src = `${host}/${kind}/${id}/iframe${query(script.dataset)}`;
    frame.title = kind === "s" ? "Live terminal" : "Terminal recording";
    frame.allow = "fullscreen";
    frame.setAttribute("scrolling", "no");
    Object.assign(frame.style, {
      border: "0",
      display: "inline-block",
      width: "100%",
      overflow: "hidden",
      visibility: "hidden",
    });
    container.append(frame);
    script.after(container);

    addEventListener("message", ({ origin, source, data }) => {
      if (origin !== host || source !== frame.contentWindow || data?.type !== "bodySize") return;
      const height = Number(data.payload?.height);
      if (height > 0) frame.style.height = `${height}px`;
      frame.style.visibility = "visible";
    });
    const lend = () => {
      const { color, fontFamily, fontSize } = getComputedStyle(container);
      frame.contentWindow?.postMessage({ type: "textStyle", payload: { color, fontFamily, fontSize } }, host);
    };
    frame.addEventListener("load", () => {
      lend();
      setTimeout(lend, 1000);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", lend);
  }

  function query(data) {
    const names = { t: "startAt", startAt: "startAt", i: "idleTimeLimit", idleTimeLimit: "idleTimeLimit" };
    for (const name of ["speed", "autoplay", "loop", "theme", "preload", "cols", "rows", "poster"]) names[name] = name;
    const found = new URLSearchParams();
    for (const [attribute, name] of Object.entries(names)) {
      if (data[attribute] !== undefined) found.set(name, data[attribute]);
    }
    return found.size > 0 ? `?${found}` : "";
  }
})();
