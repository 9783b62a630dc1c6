// Terminal output to measure with: text, colours, other scripts, full-screen programs, scroll regions. Generated from a
// fixed seed, so that every run measures the same streams.

/** The streams by name, each about `length` UTF-16 units for a screen of cols × rows. */
export function corpus(cols: number, rows: number, length: number): Map<string, string> {
  const streams = new Map<string, string>();
  for (const [name, make] of Object.entries(STREAMS)) {
    const random = generator(name);
    const parts: string[] = [];
    let total = 0;
    const next = make(cols, rows, random);
    while (total < length) {
      const part = next();
      parts.push(part);
      total += part.length;
    }
    let text = parts.join("").slice(0, length);
    if ((text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800) text = text.slice(0, -1);
    streams.set(name, flat(text));
  }
  return streams;
}

/** Pieces of a stream of n units each. */
export function pieces(text: string, n: number): string[] {
  const list: string[] = [];
  for (let i = 0; i < text.length; ) {
    let end = Math.min(text.length, i + n);
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
    list.push(flat(text.slice(i, end)));
    i = end;
  }
  return list;
}

/** The same text as one flat string, as a decoder gives it. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

type Random = (below: number) => number;

function generator(name: string): Random {
  let seed = 7;
  for (const char of name) seed = (Math.imul(seed, 31) + char.charCodeAt(0)) | 0;
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return Math.floor(((seed >>> 8) / 2 ** 24) * below);
  };
}

const WORDS =
  "the of and a to in is you that it he was for on are as with his they I at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part".split(
    " ",
  );
const LICENCE =
  "Permission is hereby granted, free of charge, to any person obtaining a copy of this work and associated files, to deal in it without restriction, subject to the following conditions: the above notice shall be included in all copies or substantial portions. It is provided as is, without warranty of any kind, express or implied, including but not limited to the warranties of merchantability, fitness for a particular purpose and noninfringement. ".split(
    " ",
  );
const CJK = "天地玄黄宇宙洪荒日月盈昃辰宿列張寒来暑往秋収冬蔵閏餘成歳律呂調陽雲騰致雨露結為霜".split("");
const KANA = "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえて".split("");
const EMOJI = ["😀", "🚀", "🎉", "🔥", "✅", "🐛", "📦", "🌍", "🍎", "👍", "⏱", "⭐"];
const CYRILLIC = "съешь же ещё этих мягких французских булок да выпей чаю".split(" ");
const LATIN = "żółć gęślą jaźń příliš žluťoučký kůň àéîõü straße Ærøskøbing façade naïve".split(" ");
const SYMBOLS = [..."─│┌┐└┘├┤┬┴┼═║╔╗╚╝█▓▒░▀▄▌▐■□▲►▼◄◆○●←↑→↓∀∂∃∅∇∈∑√∞∩∪≈≠≤≥⠁⠃⠇⡇⣇⣧⣷⣿"];

const word = (random: Random, words: readonly string[] = WORDS) => words[random(words.length)]!;
const at = (row: number, col: number) => `\x1b[${row};${col}H`;

function hue(step: number): string {
  const channel = (shift: number) => Math.round(Math.sin(step * 0.1 + shift) * 127 + 128);
  return `${channel(0)};${channel(2.1)};${channel(4.2)}`;
}

/** One of 101 steps of one of three gradients, as monitors colour their meters. */
function gradient(which: number, step: number): string {
  const [from, to] = [
    [
      [80, 245, 149],
      [220, 76, 76],
    ],
    [
      [66, 151, 219],
      [241, 210, 64],
    ],
    [
      [74, 184, 125],
      [205, 90, 220],
    ],
  ][which]!;
  return from!.map((value, i) => Math.round(value + ((to![i]! - value) * step) / 100)).join(";");
}

function line(random: Random, words: readonly string[], width: number, dress = (text: string) => text): string {
  let text = "";
  let used = 0;
  while (used < width - 10) {
    const next = word(random, words);
    text += `${dress(next)} `;
    used += next.length + 1;
  }
  return `${text}\r\n`;
}

type Maker = (cols: number, rows: number, random: Random) => () => string;

/** Scrolling inside a region: margins and cursor first, then short lines. */
function region(top: (rows: number) => number, bottom: (rows: number) => number): Maker {
  return (_, rows) => {
    let first = true;
    return () => {
      const setUp = first ? `\x1b[${top(rows)};${bottom(rows)}r${at(bottom(rows), 1)}` : "";
      first = false;
      return `${setUp}y\r\n`;
    };
  };
}

const STREAMS: Record<string, Maker> = {
  animation: (cols, rows, random) => {
    let frame = 0;
    return () => {
      frame++;
      let text = "\x1b[H";
      for (let row = 0; row < rows; row++) {
        text += at(row + 1, 1);
        for (let col = 0; col < cols; ) {
          const n = 3 + random(12);
          text += `\x1b[38;5;${(row * 3 + col + frame) % 256}m${"@%#*+=-:. ".charAt((row + col + frame) % 10).repeat(Math.min(n, cols - col))}`;
          col += n;
        }
      }
      return text;
    };
  },
  licence: (cols, _, random) => () => line(random, LICENCE, cols * (1 + random(2))),
  "licence-lolcat": (cols, _, random) => {
    let step = 0;
    return () =>
      line(random, LICENCE, cols, (text) => [...text].map((char) => `\x1b[38;2;${hue(step++)}m${char}`).join(""));
  },
  mixed: (cols, rows, random) => {
    let n = 0;
    const others = ["licence", "animation", "licence-lolcat"].map((name) => STREAMS[name]!(cols, rows, random));
    return () => others[n++ % 3]!();
  },
  cjk: (cols, _, random) => () => {
    let text = "";
    for (let i = 0; i < cols / 2 - 2; i++) text += word(random, random(3) === 0 ? KANA : CJK);
    return `${text}\r\n`;
  },
  emoji: (cols, _, random) => () => line(random, [...EMOJI, "ok", "done", "build"], cols),
  "latin-cyrillic": (cols, _, random) => () => line(random, [...CYRILLIC, ...LATIN], cols),
  "log-plain": (cols, _, random) => () =>
    `2026-11-21T09:${10 + random(50)}:${10 + random(50)}.${100 + random(900)}Z INFO  worker[${random(64)}] ${line(random, WORDS, cols - 36)}`,
  "lolcat-tc": (cols, _, random) => {
    let step = 0;
    return () =>
      line(random, WORDS, cols, (text) => [...text].map((char) => `\x1b[38;2;${hue(step++)}m${char}`).join(""));
  },
  progress: (_cols, _rows, random) => {
    let percent = 0;
    return () => {
      percent = (percent + 1) % 101;
      const done = "#".repeat(percent / 2.5);
      return `\r\x1b[K\x1b[32m[${done.padEnd(40, ".")}]\x1b[0m ${String(percent).padStart(3)}% ${random(9000)} KB/s eta 0:${10 + random(49)}`;
    };
  },
  "sgr16-words": (cols, _, random) => () =>
    line(random, WORDS, cols, (text) => `\x1b[${random(2) ? "1;" : ""}${30 + random(8)}m${text}\x1b[0m`),
  "sgr256-words": (cols, _, random) => () =>
    line(random, WORDS, cols, (text) => `\x1b[38;5;${random(256)}m\x1b[48;5;${random(256)}m${text}\x1b[0m`),
  "short-lines": (_cols, _rows, random) => () => `${word(random)}\r\n`,
  "truecolor-words": (cols, _, random) => () =>
    line(random, WORDS, cols, (text) => `\x1b[38;2;${random(256)};${random(256)};${random(256)}m${text}\x1b[0m`),
  "vim-session": (cols, rows, random) => () => {
    let text = "\x1b[?25l";
    for (let i = 0; i < 6; i++) {
      const row = 1 + random(rows - 2);
      text += `${at(row, 1)}\x1b[33m${String(row).padStart(4)} \x1b[m\x1b[35mconst\x1b[m ${word(random)} = \x1b[32m"${word(random)}"\x1b[m;\x1b[K`;
    }
    const kind = random(3);
    if (kind === 0) text += `\x1b[1;${rows - 1}r${at(rows - 1, 1)}\n\x1b[1;${rows}r`;
    else if (kind === 1) text += `${at(3 + random(5), 1)}\x1b[L`;
    return `${text}${at(rows, 1)}\x1b[7m NORMAL \x1b[m ${word(random)}.ts\x1b[${cols - 18}G${random(999)},${random(80)}\x1b[K\x1b[?25h${at(1 + random(rows - 2), 6 + random(30))}`;
  },
  scrolling: () => () => "y\r\n",
  unicode: (_cols, _rows, random) => () => {
    let text = "";
    for (let i = 0; i < 200; i++) text += word(random, SYMBOLS);
    return text;
  },
  "wide-mixed": (cols, _, random) => () =>
    line(random, [...WORDS.slice(0, 20), "漢字", "日本語", "한국어", "中文", ...EMOJI], cols * 0.7),
  btop: (cols, rows, random) => () => {
    let text = "\x1b[?25l";
    for (let row = 2; row < rows; row += 1) {
      text += `\x1b[${row};2f`;
      for (let i = 0; i < 12; i++)
        text += `\x1b[38;2;${gradient(random(3), random(101))}m${word(random, SYMBOLS.slice(-8)).repeat(1 + random(3))}`;
      text += `\x1b[0m\x1b[38;2;204;204;204m${String(random(100)).padStart(3)}%\x1b[${cols - 40}G\x1b[1m${word(random)}\x1b[22m`;
    }
    return text;
  },
  htop: (cols, rows, random) => () => {
    let text = "";
    for (let cpu = 1; cpu < 5; cpu++) {
      const used = random(30);
      text += `${at(cpu, 3)}\x1b[36m${cpu}\x1b[39m\x1b[1m[\x1b[22m\x1b[32m${"|".repeat(used)}\x1b[31m${"|".repeat(random(6))}\x1b[39m${" ".repeat(34 - used)}\x1b[90m${random(100)}.${random(10)}%\x1b[39m\x1b[1m]\x1b[m`;
    }
    for (let row = 7; row < rows; row++)
      text += `${at(row, 1)}\x1b[m${String(random(99999)).padStart(6)} root       20   0 \x1b[36m${String(random(9999)).padStart(5)}\x1b[39mM ${String(random(999)).padStart(4)}M S ${random(99)}.${random(9)}  ${random(9)}.${random(9)}  0:${random(59)}.${random(99)} \x1b[32m/usr/bin/${word(random)}\x1b[39m\x1b[K`;
    return `${text}${at(rows, 1)}\x1b[30;46mF1\x1b[30;47mHelp  \x1b[37;40mF10\x1b[30;46mQuit\x1b[${cols - 2}G\x1b[m`;
  },
  tmux: (cols, rows, random) => () => {
    const half = cols >> 1;
    let text = "\x1b[?25l";
    for (let i = 0; i < 8; i++) {
      const left = random(2) === 0;
      text += `${at(1 + random(rows - 2), left ? 1 : half + 2)}\x1b[m\x1b[32m~/src\x1b[39m$ ${word(random)} ${word(random)}${left ? `\x1b[${12 + random(8)}X` : "\x1b[K"}`;
    }
    for (let row = 1; row < rows; row += 4) text += `${at(row, half)}\x1b[32m│\x1b[39m`;
    return `${text}${at(rows, 1)}\x1b[30m\x1b[42m[0] 0:${word(random)}* 1:bash-\x1b[${cols - 20}G"host" 09:${10 + random(50)} 21-Nov\x1b[m\x1b[?12l\x1b[?25h${at(1 + random(rows - 1), 4)}`;
  },
  vim: (cols, rows, random) => () => {
    let text = "\x1b[?25l\x1b[H";
    for (let row = 1; row < rows; row++) {
      text += `\x1b[38;5;130m${String(row + random(900)).padStart(4)} \x1b[m`;
      for (let i = 0; i < 1 + random(4); i++)
        text += `\x1b[38;5;${word(random, ["28", "4", "5", "130", "242"])}m${word(random)}\x1b[m ${word(random)}(`;
      text += "\x1b[K\r\n";
    }
    return `${text}\x1b[1m\x1b[7mfile.ts [+]${" ".repeat(cols - 30)}${random(999)},1 \x1b[m\x1b[?25h`;
  },
  cursor: (cols, rows, random) => {
    let row = 1;
    let col = 1;
    let dx = 1;
    let dy = 0;
    let inset = 0;
    let char = "A";
    return () => {
      const text = at(row, col) + char;
      if (dx > 0 && col >= cols - inset) [dx, dy] = [0, 1];
      else if (dy > 0 && row >= rows - inset) [dx, dy] = [-1, 0];
      else if (dx < 0 && col <= 1 + inset) [dx, dy] = [0, -1];
      else if (dy < 0 && row <= 2 + inset) {
        [dx, dy] = [1, 0];
        if (++inset * 2 >= rows - 2) {
          inset = 0;
          row = col = 1;
          char = String.fromCharCode(65 + random(26));
          return text;
        }
      }
      row += dy;
      col += dx;
      return text;
    };
  },
  dense: (cols, rows) => {
    let frame = 0;
    return () => {
      const char = String.fromCharCode(65 + (frame++ % 26));
      let text = "\x1b[H";
      for (let row = 1; row <= rows; row++)
        for (let col = 1; col <= cols; col++) {
          const i = row + col + frame;
          text += `\x1b[38;5;${(i % 156) + 100};48;5;${255 - (i % 156)};1;3;4m${char}`;
        }
      return text;
    };
  },
  light: (cols, rows) => {
    let frame = 0;
    return () => `\x1b[H${String.fromCharCode(65 + (frame++ % 26)).repeat(cols * rows)}`;
  },
  "scroll-bottom-half": region(
    (rows) => rows >> 1,
    (rows) => rows,
  ),
  "scroll-bottom": region(
    () => 2,
    (rows) => rows,
  ),
  "scroll-full": (cols) => {
    let n = 0;
    return () => String.fromCharCode(65 + (n++ % 26)).repeat(cols);
  },
  "scroll-top-half": region(
    () => 1,
    (rows) => rows >> 1,
  ),
  "scroll-top": region(
    () => 1,
    (rows) => rows - 1,
  ),
};
