// The page of a stream that the recorder itself serves. Options in the address, after #, in the form of a query:
// bufferTime, fit, theme, autoPlay, terminalFontFamily, terminalLineHeight.
{
  const element = document.getElementById("player");
  const given = new URLSearchParams(location.hash.slice(1));
  const number = (name) => (given.has(name) ? { [name]: Number(given.get(name)) } : {});
  const text = (name) => (given.has(name) ? { [name]: given.get(name) } : {});

  const url = new URL("ws", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = url.hash = "";

  element.classList.add("waiting");
  const show = () => {
    element.classList.remove("waiting");
    const terminal = element.querySelector(".ap-player");
    const background = terminal && getComputedStyle(terminal).getPropertyValue("--term-color-background").trim();
    if (background) document.body.style.backgroundColor = background;
  };
  const player = AsciinemaPlayer.create({ driver: "websocket", url: url.href, ...number("bufferTime") }, element, {
    fit: "both",
    autoPlay: given.get("autoPlay") !== "false",
    ...text("fit"),
    ...text("theme"),
    ...text("terminalFontFamily"),
    ...number("terminalLineHeight"),
  });
  // With the stream's first screen come its colours, and with every later one perhaps others.
  player.addEventListener("reset", () => requestAnimationFrame(show));
  // While nothing is on there are no colours to wait for.
  setTimeout(show, 1000);
}
