// A recording in a React page (19 or later). The element is enough: attributes for what is text, properties for the rest,
// `on…` for its events.
import { defineElement } from "@asciinema-ts/player";
import { useState } from "react";
import { createRoot } from "react-dom/client";

defineElement();

function Demo() {
  const [chapter, setChapter] = useState("not started");
  return (
    <>
      <asciinema-player
        src="demo.cast"
        poster="npt:0:02"
        theme="nord"
        options={{ markers: [[0.5, "the beginning"]] }}
        onmarker={(event) => setChapter(event.detail.label)}
      />
      <p>Chapter: {chapter}</p>
    </>
  );
}

createRoot(document.getElementById("app")).render(<Demo />);
