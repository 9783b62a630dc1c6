// What a program left on the screen, as plain text: pipe its output in.
//   printf 'a\e[5Cb\n\e[1mbold' | npx tsx examples/screen.ts
import { text } from "node:stream/consumers";
import { Terminal } from "@asciinema-ts/vt";

const terminal = new Terminal({ cols: 80, rows: 24 });
terminal.feed((await text(process.stdin)).replaceAll("\n", "\r\n"));
console.log(terminal.text().join("\n").trimEnd());
