// Pictures for the emoji an incident channel uses most, for machines without an emoji font. Where there is one, it is used.

const disc = (fill) => [[fill, "M16 3a13 13 0 1 0 0 26 13 13 0 0 0 0-26z"]];
const square = (fill) => [[fill, "M6 4h20a2 2 0 0 1 2 2v20a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"]];
const face = (...parts) => [...disc("#ffcc4d"), ...parts];
const EYES = ["#664500", "M11 10c1.4 0 2.2 1.3 2.2 3s-.8 3-2.2 3-2.2-1.3-2.2-3 .8-3 2.2-3zm10 0c1.4 0 2.2 1.3 2.2 3s-.8 3-2.2 3-2.2-1.3-2.2-3 .8-3 2.2-3z"];
const GRIN = ["#664500", "M8 19h16c0 5-3.5 8-8 8s-8-3-8-8z"];
const SMILE = ["#664500", "M9 19c1.5 3 4 4.5 7 4.5s5.5-1.5 7-4.5l1.5 1c-1.6 4-4.7 6-8.5 6s-6.9-2-8.5-6z"];
const hand = (turn) => [["#ffcc4d", turn]];

/** name → flat shapes on a 32 × 32 field: [colour, path]. */
const ART = {
  red_circle: disc("#dd2e44"), large_orange_circle: disc("#f4900c"), orange_circle: disc("#f4900c"), large_yellow_circle: disc("#fdcb58"), yellow_circle: disc("#fdcb58"),
  large_green_circle: disc("#78b159"), green_circle: disc("#78b159"), large_blue_circle: disc("#55acee"), blue_circle: disc("#55acee"), large_purple_circle: disc("#aa8ed6"),
  white_circle: [...disc("#9aa4ad"), ["#e6e7e8", "M16 5a11 11 0 1 0 0 22 11 11 0 0 0 0-22z"]], black_circle: disc("#31373d"),
  large_red_square: square("#dd2e44"), large_orange_square: square("#f4900c"), large_yellow_square: square("#fdcb58"), large_green_square: square("#78b159"), large_blue_square: square("#55acee"),
  white_check_mark: [...square("#77b255"), ["#fff", "M14 24.5 7 17.5l2.8-2.8 4.2 4.2L22.8 9l2.9 2.8z"]],
  heavy_check_mark: [["#3b7d1f", "M13 26.5 3.5 17l3.3-3.3 6.2 6.2L25.5 6l3.4 3.2z"]],
  x: [["#dd2e44", "M7.5 4 16 12.5 24.5 4 28 7.5 19.5 16 28 24.5 24.5 28 16 19.5 7.5 28 4 24.5 12.5 16 4 7.5z"]],
  no_entry_sign: [["#dd2e44", "M16 3a13 13 0 1 0 0 26 13 13 0 0 0 0-26zm0 4a9 9 0 0 1 5.3 1.8L8.8 21.3A9 9 0 0 1 16 7zm0 18a9 9 0 0 1-5.3-1.8l12.5-12.5A9 9 0 0 1 16 25z"]],
  dart: [...disc("#dd2e44"), ["#fff", "M16 7a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"], ["#dd2e44", "M16 11a5 5 0 1 0 0 10 5 5 0 0 0 0-10z"], ["#269", "M15 15.5 25 4l1 2.5L28.5 7 17 17z"]],
  adhesive_bandage: [["#dd9a6b", "M4.5 20.5l16-16a5 5 0 0 1 7 7l-16 16a5 5 0 0 1-7-7z"], ["#f3c9a5", "M11 14l5-5 7 7-5 5-2 2-7-7z"], ["#b5714b", "M15 14h2v2h-2zM18 16h2v2h-2zM14 18h2v2h-2zM12 15h2v2h-2z"]],
  performing_arts: [["#55acee", "M13 4c5 1.5 10 1.5 16 0v10c0 6-4 10-8 11-4-1-8-5-8-11z"], ["#bdddf4", "M3 9c5 1.5 9 1.5 15 0v9c0 6-4 10-7.5 11C7 28 3 24 3 18z"], ["#31373d", "M6 14h3v2H6zM12 14h3v2h-3zM6.5 20h8c-1 3-2.5 4-4 4s-3-1-4-4zM21 10h2v2h-2zM25 10h2v2h-2z"]],
  no_entry: [...disc("#dd2e44"), ["#fff", "M8 13.5h16v5H8z"]], octagonal_sign: [["#dd2e44", "M10.5 3h11L29 10.5v11L21.5 29h-11L3 21.5v-11z"]],
  warning: [["#ffcc4d", "M14 4a2.3 2.3 0 0 1 4 0l12 22a2.3 2.3 0 0 1-2 3.4H4A2.3 2.3 0 0 1 2 26z"], ["#231f20", "M14 11h4l-.7 9h-2.6zM16 22a2 2 0 1 1 0 4 2 2 0 0 1 0-4z"]],
  rotating_light: [["#dd2e44", "M7 23v-7a9 9 0 0 1 18 0v7z"], ["#ea596e", "M11 21v-5a5 5 0 0 1 5-5v10z"], ["#66757f", "M4 23h24v5H4z"], ["#f4900c", "M14.8 1h2.4v4h-2.4zM4 5.5l1.7-1.7 2.8 2.8-1.7 1.7zM26.3 3.8 28 5.5l-2.8 2.8-1.7-1.7z"]],
  eyes: [["#e1e8ed", "M9 5c4 0 6.5 5 6.5 11S13 27 9 27s-6.5-5-6.5-11S5 5 9 5zm14 0c4 0 6.5 5 6.5 11S27 27 23 27s-6.5-5-6.5-11S19 5 23 5z"], ["#292f33", "M7 12c2 0 3.5 2 3.5 4.5S9 21 7 21s-3.5-2-3.5-4.5S5 12 7 12zm14 0c2 0 3.5 2 3.5 4.5S23 21 21 21s-3.5-2-3.5-4.5S19 12 21 12z"]],
  pushpin: [["#99aab5", "M12.5 17.5l2 2L5 29l-2 .3.3-2z"], ["#dd2e44", "M19 2.5 29.5 13l-2.3 1.5-2-.4-5 5 .5 4.4-2.2 2.2L6.3 13.5l2.2-2.2 4.4.5 5-5-.4-2z"]],
  round_pushpin: [["#99aab5", "M15 15h2l-.6 15h-.8z"], ["#dd2e44", "M16 2a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z"]],
  hammer_and_wrench: [["#8899a6", "M4 4.5 7.5 8 11 7l1-3.5A6.5 6.5 0 0 1 12.5 14L27 26.5 24.5 29 11 14.8A6.5 6.5 0 0 1 4 4.5z"], ["#66757f", "M17 7l5-4.5 7.5 7L25 14.5z"], ["#be7d4d", "M20 10.5l2 2L8 28.5 4.5 25z"]],
  wrench: [["#8899a6", "M4 4.5 7.5 8 11 7l1-3.5A6.5 6.5 0 0 1 12.5 14L28 26 25 29 11 14.8A6.5 6.5 0 0 1 4 4.5z"]],
  tada: [["#f4900c", "M3 29 11 11l10 10z"], ["#ffcc4d", "M7.5 19 13 24.5l-4 1.8-3.3-3.3z"], ["#dd2e44", "M20 3h3v3h-3zM26 17h3v3h-3z"], ["#5c913b", "M26 8h3v3h-3zM13 4h3v3h-3z"], ["#269", "M19 11c3-5 6-5 9-3l-1 2c-3-1.5-4.5-1-6 2z"]],
  fire: [["#f4900c", "M16 2c1 5 9 8 9 17a9 9 0 0 1-18 2c-.6-5 3-7 3.5-11 2 1 3 2.5 3.3 4.5C16 11 17 7 16 2z"], ["#ffcc4d", "M16.5 15c.5 3 4 4.5 4 8.5a4.5 4.5 0 0 1-9 0c0-2.5 1.8-3.5 2-5.5 1 .5 1.7 1.3 2 2.3.8-1.5 1.3-3.3 1-5.3z"]],
  heart: [["#dd2e44", "M16 28C6 21 2.5 16 2.5 11a7 7 0 0 1 13.5-2.5A7 7 0 0 1 29.5 11c0 5-3.5 10-13.5 17z"]],
  boom: [["#f4900c", "M16 1l3 7 7-4-2 8 7 4-7 4 2 8-7-4-3 7-3-7-7 4 2-8-7-4 7-4-2-8 7 4z"], ["#ffcc4d", "M16 10l1.5 4 4 2-4 2-1.5 4-1.5-4-4-2 4-2z"]],
  zap: [["#ffac33", "M19 2 6 18h8l-3 12 15-17h-9z"]], star: [["#ffac33", "M16 2l4.3 9 9.7 1.3-7 7 1.7 10L16 24.5l-8.7 4.8 1.7-10-7-7L11.7 11z"]], sparkles: [["#ffac33", "M13 4l3 9 9 3-9 3-3 9-3-9-9-3 9-3zM25 2l1.3 3.7L30 7l-3.7 1.3L25 12l-1.3-3.7L20 7l3.7-1.3z"]],
  smile: face(EYES, GRIN), grinning: face(EYES, GRIN), joy: face(EYES, GRIN), slightly_smiling_face: face(EYES, SMILE), blush: face(EYES, SMILE), thinking_face: face(EYES, ["#664500", "M11 21h9v2h-9z"], ["#ef9645", "M4 24c3-2 8-4 11-4l1 2-5 2c2 1 2 5-2 6s-6-2-5-6z"]),
  wave: hand("M9 5l9 9-6-10 3-1.5 7 10.5-3-8 2.8-1 4.2 9.5c2 5 0 10-4 12.5-5 3-11 2-14-2L3 15l2.3-2L12 19 6 7z"), raised_hands: hand("M3 8l3-1 2 6V4h3v9l2 2v13c-6 1-9-3-10-8zM29 8l-3-1-2 6V4h-3v9l-2 2v13c6 1 9-3 10-8z"),
  "+1": hand("M3 14h6v14H3zM11 14l5-11c3 0 4.5 2 3.5 6l-.7 3H27c2.5 0 3.5 2 2.5 4 1 1.5.7 3-.5 4 .5 1.5 0 3-1.5 4 0 2.5-1 4-4 4H11z"), "-1": hand("M3 4h6v14H3zM11 18l5 11c3 0 4.5-2 3.5-6l-.7-3H27c2.5 0 3.5-2 2.5-4 1-1.5.7-3-.5-4 .5-1.5 0-3-1.5-4 0-2.5-1-4-4-4H11z"),
  clap: hand("M7 9l2-1.5 6 7-4-9 2.5-1 6 10-2-7 2.5-.5 4 10c2 6-1 11-6 12-4 .8-7-.5-9-3L4 18l1.8-2z"), pray: hand("M15 3h2v12l7 13-6 2-2-4-2 4-6-2 7-13z"), muscle: hand("M4 27c0-9 1-18 5-22l5 2v5l-3 1v5c6-4 16-3 17 3 1 5-3 8-9 8z"),
  hourglass_flowing_sand: [["#8b5a3c", "M7 2h18v3H7zM7 27h18v3H7z"], ["#ffe8b6", "M9 5h14c0 6-5 8-5 11s5 5 5 11H9c0-6 5-8 5-11S9 11 9 5z"], ["#ffac33", "M11 9h10c-1 3-3.5 4-5 6-1.5-2-4-3-5-6zM10 26c.5-3 4-3 6-6 2 3 5.5 3 6 6z"]],
  clock1: [...disc("#66757f"), ["#fff", "M16 6a10 10 0 1 0 0 20 10 10 0 0 0 0-20z"], ["#292f33", "M15 8h2v8l5 3-1 1.7-6-3.7z"]],
  alarm_clock: [["#dd2e44", "M16 5a12 12 0 1 0 0 24 12 12 0 0 0 0-24z"], ["#fff", "M16 8.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z"], ["#292f33", "M15 10.5h2V17l4 2.5-1 1.7-5-3.2z"], ["#99aab5", "M4 8a5 5 0 0 1 7-5zM28 8a5 5 0 0 0-7-5z"]],
  calendar: [...square("#e1e8ed"), ["#dd2e44", "M4 6a2 2 0 0 1 2-2h20a2 2 0 0 1 2 2v5H4z"], ["#66757f", "M9 15h4v4H9zM19 15h4v4h-4zM9 22h4v4H9zM19 22h4v4h-4z"]],
  memo: [["#e1e8ed", "M5 3h18v26H5z"], ["#99aab5", "M8 8h12v2H8zM8 13h9v2H8zM8 18h6v2H8z"], ["#ffac33", "M27 10l3 3-13 13-4 1 1-4z"]], clipboard: [["#c1694f", "M5 4h22v26H5z"], ["#fff", "M8 7h16v20H8z"], ["#66757f", "M11 2h10v5H11z"], ["#99aab5", "M11 11h10v2H11zM11 16h10v2H11zM11 21h6v2h-6z"]],
  book: [["#3e721d", "M3 6c5-2 10-1 13 1 3-2 8-3 13-1v21c-5-1-10-1-13 1-3-2-8-2-13-1z"], ["#fff", "M5 6.5c4-1.5 8-.5 10 1v17c-3-1-7-1-10-.5zM27 6.5c-4-1.5-8-.5-10 1v17c3-1 7-1 10-.5z"]],
  link: [["#8899a6", "M14 18l-2-2 5-5a6 6 0 0 1 8.5 8.5l-4 4-2.2-2.2 4-4a3 3 0 0 0-4.2-4.2zM18 14l2 2-5 5A6 6 0 0 1 6.5 12.5l4-4 2.2 2.2-4 4a3 3 0 0 0 4.2 4.2z"]],
  telephone_receiver: [["#dd2e44", "M9 3l4 7-3 3c1.5 4 5 7.5 9 9l3-3 7 4-1 5c-13 2-26-11-24-24z"]], pager: [["#31373d", "M3 8h26v16H3z"], ["#a6d388", "M6 11h20v6H6z"], ["#99aab5", "M6 19h5v3H6zM13 19h5v3h-5z"]],
  lock: [["#99aab5", "M9 14v-4a7 7 0 0 1 14 0v4h-3v-4a4 4 0 0 0-8 0v4z"], ["#ffac33", "M6 14h20v15H6z"]], bell: [["#ffac33", "M16 3c6 0 8 5 8 11 0 5 4 6 4 10H4c0-4 4-5 4-10C8 8 10 3 16 3zM13 25h6a3 3 0 0 1-6 0z"]],
  mega: [["#e1e8ed", "M4 13 26 5v20L4 19z"], ["#dd2e44", "M3 12h4v8H3zM26 4h3v22h-3z"], ["#8899a6", "M9 20l5 2-1 7h-4z"]], loudspeaker: [["#e1e8ed", "M4 13 26 5v20L4 19z"], ["#dd2e44", "M3 12h4v8H3zM26 4h3v22h-3z"]],
  rocket: [["#a0041e", "M12 16 4 18l4-7 8-2zM16 20l-2 8 7-4 2-8z"], ["#e1e8ed", "M29 3c1 9-4 15-12 19l-7-7C14 7 20 2 29 3z"], ["#55acee", "M21 8.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"], ["#f4900c", "M3 29c0-4 2-7 6-7.5L10.5 23C10 27 7 29 3 29z"]],
  bulb: [["#ffd983", "M16 2a10 10 0 0 1 6 18l-1 4H11l-1-4a10 10 0 0 1 6-18z"], ["#99aab5", "M11 24h10v4l-3 2h-4l-3-2z"]], speech_balloon: [["#bdddf4", "M16 4c8 0 14 5 14 11s-6 11-14 11c-1.5 0-3-.2-4.5-.5L4 29l2-6C3.5 21 2 18 2 15 2 9 8 4 16 4z"]],
  chart_with_upwards_trend: [...square("#e1e8ed"), ["#dd2e44", "M7 23l6-7 4 3 7-10 2 1.5-8.5 12-4-3L8.5 25z"]], bar_chart: [...square("#e1e8ed"), ["#5c913b", "M8 16h4v10H8z"], ["#3b88c3", "M14 8h4v18h-4z"], ["#dd2e44", "M20 12h4v14h-4z"]],
  mag: [["#66757f", "M19 20l2-2 9 9-3 3z"], ["#8899a6", "M13 3a10 10 0 1 1 0 20 10 10 0 0 1 0-20z"], ["#bdddf4", "M13 6a7 7 0 1 1 0 14 7 7 0 0 1 0-14z"]],
  information_source: [...square("#3b88c3"), ["#fff", "M14 13h4v12h-4zM16 6a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"]], arrows_counterclockwise: [...square("#3b88c3"), ["#fff", "M9 14a7.5 7.5 0 0 1 12-4l2-2v7h-7l2.3-2.3A4.5 4.5 0 0 0 12 14zM23 18a7.5 7.5 0 0 1-12 4l-2 2v-7h7l-2.3 2.3A4.5 4.5 0 0 0 20 18z"]],
  question: [["#dd2e44", "M9 11a7 7 0 1 1 10 6.5c-1.2.7-1.5 1.3-1.5 3.5h-4c0-4 1-5 3-6.3A3 3 0 1 0 13 11zM13.5 24h4v4h-4z"]], exclamation: [["#dd2e44", "M13.5 3h5l-1 17h-3zM16 23a3 3 0 1 1 0 6 3 3 0 0 1 0-6z"]], bug: [["#5c913b", "M16 8c5 0 8 4 8 10s-3 11-8 11-8-5-8-11 3-10 8-10z"], ["#31373d", "M11 9a5 5 0 0 1 10 0zM3 12l5 3v2l-5-3zM29 12l-5 3v2l5-3zM3 25l5-3v-2l-5 3zM29 25l-5-3v-2l5 3zM15.3 10h1.4v18h-1.4z"]],
  coffee: [["#8b5a3c", "M5 12h18v9a7 7 0 0 1-7 7h-4a7 7 0 0 1-7-7zM23 14h3a4 4 0 0 1 0 9h-3v-2.5h3a1.5 1.5 0 0 0 0-4h-3z"], ["#ccd6dd", "M10 3h2c-2 3 2 4 0 7h-2c2-3-2-4 0-7zM16 3h2c-2 3 2 4 0 7h-2c2-3-2-4 0-7z"]], checkered_flag: [["#66757f", "M4 3h2v27H4z"], ["#e1e8ed", "M6 4h22v16H6z"], ["#31373d", "M6 4h5.5v5.3H6zM17 4h5.5v5.3H17zM11.5 9.3H17v5.4h-5.5zM22.5 9.3H28v5.4h-5.5zM6 14.7h5.5V20H6zM17 14.7h5.5V20H17z"]],
};

const SVG = "http://www.w3.org/2000/svg";
const glyphs = new Map();

/** Whether this machine draws the character: "colour", "grey", or "" when no font has it. */
function glyph(character) {
  if (!glyphs.has(character)) glyphs.set(character, looks(character));
  return glyphs.get(character);
}

function looks(character) {
  const pixels = painted(character);
  // A missing glyph is drawn just like a code point that nobody has.
  if (pixels.join() === painted("\u{10FFFE}").join()) return "";
  const coloured = pixels.some((value, index) => index % 4 === 0 && (value !== pixels[index + 1] || value !== pixels[index + 2]));
  return coloured ? "colour" : "grey";
}

function painted(character) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 24 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = "18px 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', sans-serif";
  pen.fillText([...character][0], 2, 19);
  return [...pen.getImageData(0, 0, 24, 24).data];
}

/** Whether the picker may offer it; `grey` says whether a plain black glyph will do. */
export function hasPicture(name, character, { grey = false } = {}) {
  return name in ART || glyph(character) === "colour" || (grey && Boolean(glyph(character)));
}

/** The character itself where a font has it in colour, else our drawing, else what there is, else the code. */
export function emojiPicture(name, character) {
  const [plain] = name.split("::");
  const found = glyph(character);
  if (found === "colour" || (found && !ART[plain])) return character;
  if (!ART[plain]) return `:${plain}:`;
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 32 32", class: "emoji-art", "aria-hidden": "true" })) svg.setAttribute(key, value);
  for (const [fill, d] of ART[plain]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("fill", fill);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
