AsciinemaPlayer.create("demo.cast", document.getElementById("demo"), {
  poster: "npt:2",
  idleTimeLimit: 2,
  theme: "dracula",
});
