// A recording in a Vue page. In a template it is
//   <asciinema-player src="demo.cast" poster="npt:0:02" theme="nord" :options="options" @marker="passed" />
import { defineElement } from "@asciinema-ts/player";
import { createApp, h, ref } from "vue";

defineElement();

createApp({
  setup() {
    const chapter = ref("not started");
    const options = { markers: [[0.5, "the beginning"]] };
    const passed = (event) => {
      chapter.value = event.detail.label;
    };
    return () => [
      h("asciinema-player", { src: "demo.cast", poster: "npt:0:02", theme: "nord", options, onMarker: passed }),
      h("p", `Chapter: ${chapter.value}`),
    ];
  },
}).mount("#app");
