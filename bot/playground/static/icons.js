// The page's own line icons, drawn here so that nothing is fetched and no emoji font is needed.

const PATHS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7h14M2.5 13h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  bolt: "M11 2 4 11.5h5L8.5 18 16 8.5h-5z",
  send: "M3 3.5 17.5 10 3 16.5 5 10zM5 10h6",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM6.8 11.5c.7 1.6 1.8 2.4 3.2 2.4s2.5-.8 3.2-2.4M7.5 7.5v.6M12.5 7.5v.6",
  addSmile: "M15.5 8.2A7 7 0 1 1 11 3.6M6.5 11.5c.7 1.6 1.7 2.3 3 2.3s2.3-.7 3-2.3M7.2 8v.5M11.8 8v.5M15.5 2v5M13 4.5h5",
  thread: "M3 4h14v9.5h-7L6 17v-3.5H3zM6.5 7.5h7M6.5 10h4.5",
  pin: "M12.5 2.5l5 5-3 .8-3.3 3.3.3 3.4-1.5 1.5-6.5-6.5L5 8.5l3.4.3L11.7 5.5zM6.5 13.5 2.5 17.5",
  dots: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  dotsUp: "M10 4.5v.01M10 10v.01M10 15.5v.01",
  eye: "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  cross: "M5 5l10 10M15 5 5 15",
  check: "M4 10.5 8 14.5 16 5.5",
  down: "M5 7.5l5 5 5-5",
  right: "M7.5 5l5 5-5 5",
  left: "M12.5 5l-5 5 5 5",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  home: "M3 9.5 10 3l7 6.5V17h-4.5v-4.5h-5V17H3z",
  traffic: "M6.5 16.5v-13M6.5 3.5 3.5 6.5M6.5 3.5l3 3M13.5 3.5v13M13.5 16.5l-3-3M13.5 16.5l3-3",
  storm: "M5.5 12.5a3.5 3.5 0 0 1 .3-7 4.5 4.5 0 0 1 8.5 1 3 3 0 0 1 .2 6M10.5 9.5l-2.5 4h3.5l-2 4",
  clock: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 5.5V10l3 2",
  people: "M7.5 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM2 16.5c.4-3 2.5-4.5 5.5-4.5s5.1 1.5 5.5 4.5M13 4.3a3 3 0 0 1 0 5.4M15 12.3c1.8.7 2.8 2.1 3 4.2",
  plus: "M10 4v12M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  auto: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  edit: "M12.5 4 16 7.5 7.5 16H4v-3.5zM10.5 6l3.5 3.5",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5 6.3 17h7.4l.8-11.5M8.5 8.5v5.5M11.5 8.5v5.5",
  file: "M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15",
  bookmark: "M5.5 3h9v14L10 13.5 5.5 17z",
  warning: "M10 3 18 16.5H2zM10 8v4M10 14.3v.01",
  link: "M8.5 11.5 11.5 8.5M9.5 6l2-2a3.2 3.2 0 0 1 4.5 4.5l-2 2M10.5 14l-2 2A3.2 3.2 0 0 1 4 11.5l2-2",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zm0 0v1.2c0 2.4 4 2.4 4-1.2a7 7 0 1 0-3 5.8",
  bold: "M6 3.5h5a3.2 3.2 0 0 1 0 6.5H6zM6 10h5.8a3.3 3.3 0 0 1 0 6.5H6z",
  italic: "M8.5 3.5h6M5.5 16.5h6M12 3.5l-4 13",
  strike: "M3 10h14M14 6c-.5-1.7-2-2.5-4-2.5-2.3 0-4 1-4 3 0 1.3.8 2 2 2.5M6 14c.5 1.7 2 2.5 4 2.5 2.3 0 4-1 4-3 0-.8-.3-1.4-.8-1.9",
  code: "M7 5.5 2.5 10 7 14.5M13 5.5 17.5 10 13 14.5",
  out: "M8.5 4H4v12h12v-4.5M11.5 3.5h5v5M16.2 3.8 9.5 10.5",
  flag: "M5 17.5V3M5 4h10l-2.5 3.5L15 11H5",
  siren: "M5 15V10.5a5 5 0 0 1 10 0V15M3 15h14v2.5H3zM10 1.5v1.5M3 4.5l1.2 1.2M17 4.5l-1.2 1.2M10 9v3",
};

/** One icon as an SVG element; it is decoration, so the control around it carries the name. */
export function icon(name, size = 18) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", class: "icon" })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  if (name.startsWith("dots")) path.setAttribute("stroke-width", "2.6");
  svg.append(path);
  return svg;
}
