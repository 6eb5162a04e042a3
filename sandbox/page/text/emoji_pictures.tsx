import type { ReactNode } from "react";

/** A 16 × 16 picture and the characters it stands for. */
interface Picture {
  readonly unicode?: string;
  readonly draw: ReactNode;
}

const RED = "#d9402f";
const AMBER = "#e8a319";
const GREEN = "#2c9c5b";
const BLUE = "#3579c8";
const GREY = "#8c96a1";
const INK = "#39424c";
const PURPLE = "#8055b8";

const disc = (fill: string) => <circle cx="8" cy="8" r="6.5" fill={fill} />;
const square = (fill: string) => <rect x="1.5" y="1.5" width="13" height="13" rx="2.5" fill={fill} />;
const stroke = (d: string, color: string, width = 1.8) => (
  <path d={d} fill="none" stroke={color} strokeWidth={width} strokeLinecap="round" strokeLinejoin="round" />
);
const fill = (d: string, color: string) => <path d={d} fill={color} />;

const bell = fill("M8 1.5a4.3 4.3 0 0 0-4.3 4.3c0 4-1.7 4.6-1.7 6h12c0-1.4-1.7-2-1.7-6A4.3 4.3 0 0 0 8 1.5Z", AMBER);
const clapper = fill("M6.3 12.6a1.8 1.8 0 0 0 3.4 0Z", AMBER);
const triangle = fill("M8 1.6 15.2 14H.8Z", AMBER);
const person = (color: string) => (
  <>
    <circle cx="8" cy="5" r="3" fill={color} />
    {fill("M2.2 14.5a5.8 5.8 0 0 1 11.6 0Z", color)}
  </>
);

/** By Slack's short name. A machine without an emoji font would draw these as empty boxes, so the page brings its own. */
export const PICTURES: Readonly<Record<string, Picture>> = {
  red_circle: { unicode: "🔴", draw: disc(RED) },
  large_orange_circle: { unicode: "🟠", draw: disc("#e3762b") },
  large_yellow_circle: { unicode: "🟡", draw: disc("#efc02f") },
  large_green_circle: { unicode: "🟢", draw: disc(GREEN) },
  large_blue_circle: { unicode: "🔵", draw: disc(BLUE) },
  large_purple_circle: { unicode: "🟣", draw: disc(PURPLE) },
  white_circle: { unicode: "⚪", draw: <circle cx="8" cy="8" r="6" fill="#fff" stroke={GREY} strokeWidth="1.2" /> },
  black_circle: { unicode: "⚫", draw: disc(INK) },
  large_red_square: { unicode: "🟥", draw: square(RED) },
  large_yellow_square: { unicode: "🟨", draw: square("#efc02f") },
  large_green_square: { unicode: "🟩", draw: square(GREEN) },
  rotating_light: {
    unicode: "🚨",
    draw: (
      <>
        {fill("M4 11V8a4 4 0 0 1 8 0v3Z", RED)}
        {fill("M2.5 11.5h11v2.7h-11Z", INK)}
        {stroke("M8 .9v1.3M2.6 3l1 .9M13.4 3l-1 .9", RED, 1.3)}
      </>
    ),
  },
  white_check_mark: {
    unicode: "✅",
    draw: (
      <>
        {square(GREEN)}
        {stroke("M4.5 8.3 7 10.8l4.7-5.4", "#fff")}
      </>
    ),
  },
  heavy_check_mark: { unicode: "✔", draw: stroke("M3 8.6 6.5 12 13 4", GREEN, 2.4) },
  x: { unicode: "❌", draw: stroke("m3.5 3.5 9 9m0-9-9 9", RED, 2.4) },
  heavy_multiplication_x: { unicode: "✖", draw: stroke("m3.5 3.5 9 9m0-9-9 9", INK, 2.4) },
  heavy_plus_sign: { unicode: "➕", draw: stroke("M8 3v10M3 8h10", INK, 2.4) },
  warning: {
    unicode: "⚠",
    draw: (
      <>
        {triangle}
        {stroke("M8 6v3.6m0 2.2v.1", "#3a2b00", 1.6)}
      </>
    ),
  },
  bell: {
    unicode: "🔔",
    draw: (
      <>
        {bell}
        {clapper}
      </>
    ),
  },
  no_bell: {
    unicode: "🔕",
    draw: (
      <>
        {bell}
        {clapper}
        {stroke("m2 2 12 12", RED, 1.8)}
      </>
    ),
  },
  mute: {
    unicode: "🔇",
    draw: (
      <>
        {fill("M2 6h2.5L8 3v10L4.5 10H2Z", INK)}
        {stroke("m10.5 6 4 4m0-4-4 4", RED)}
      </>
    ),
  },
  no_entry: {
    unicode: "⛔",
    draw: (
      <>
        {disc(RED)}
        <rect x="4" y="7" width="8" height="2" rx=".5" fill="#fff" />
      </>
    ),
  },
  no_entry_sign: {
    unicode: "🚫",
    draw: (
      <>
        <circle cx="8" cy="8" r="5.7" fill="none" stroke={RED} strokeWidth="1.8" />
        {stroke("m4 4 8 8", RED)}
      </>
    ),
  },
  hourglass: {
    unicode: "⌛",
    draw: (
      <>
        {stroke("M4 2h8M4 14h8", INK, 1.6)}
        {stroke("M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14", GREY, 1.3)}
        {fill("M6 14h4L8 11Z", AMBER)}
      </>
    ),
  },
  hourglass_flowing_sand: {
    unicode: "⏳",
    draw: (
      <>
        {stroke("M4 2h8M4 14h8", INK, 1.6)}
        {stroke("M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14", GREY, 1.3)}
        {fill("M6 4h4L8 7Z", AMBER)}
      </>
    ),
  },
  stopwatch: {
    unicode: "⏱",
    draw: (
      <>
        <circle cx="8" cy="9" r="5.2" fill="none" stroke={INK} strokeWidth="1.5" />
        {stroke("M6.5 1.5h3M8 1.5v2M8 9V6", INK, 1.5)}
      </>
    ),
  },
  alarm_clock: {
    unicode: "⏰",
    draw: (
      <>
        <circle cx="8" cy="8.8" r="5" fill="none" stroke={RED} strokeWidth="1.5" />
        {stroke("M8 6v3l2 1M2 4l2.2-2M14 4l-2.2-2", RED, 1.5)}
      </>
    ),
  },
  arrow_double_up: { unicode: "⏫", draw: stroke("m3 8 5-5 5 5M3 13.5l5-5 5 5", BLUE) },
  cyclone: {
    unicode: "🌀",
    draw: (
      <>
        {stroke("M13.5 4.5A6.5 6.5 0 0 0 2 6.5c-1 4 2 7.5 5.5 7.5 3 0 5-2 5-4.5", BLUE, 1.6)}
        {stroke("M10.5 6.5A3 3 0 1 0 9.5 10", BLUE, 1.6)}
      </>
    ),
  },
  dash: { unicode: "💨", draw: stroke("M1.5 5h7.5M3.5 8.5h9M1.5 12h6M11 5h2.5", GREY, 1.6) },
  inbox_tray: {
    unicode: "📥",
    draw: (
      <>
        {stroke("M8 1.5v6.5M5 5.5l3 3 3-3", BLUE, 1.6)}
        {stroke("M1.5 9v5h13V9h-3.5l-1 2h-4l-1-2Z", INK, 1.4)}
      </>
    ),
  },
  repeat: {
    unicode: "🔁",
    draw: stroke(
      "M2 7.5V6a2 2 0 0 1 2-2h9m-2.5-2.5L13.5 4 11 6.5M14 8.5V10a2 2 0 0 1-2 2H3m2.5 2.5L2.5 12 5 9.5",
      BLUE,
      1.5,
    ),
  },
  satellite_antenna: {
    unicode: "📡",
    draw: (
      <>
        {fill("M2 5.5a7 7 0 0 0 8.5 8.5Z", GREY)}
        {stroke("m6.5 9.5 4-4M11 2a3.5 3.5 0 0 1 3 3", RED, 1.5)}
      </>
    ),
  },
  scissors: {
    unicode: "✂️",
    draw: (
      <>
        <circle cx="4" cy="12.5" r="2" fill="none" stroke={RED} strokeWidth="1.5" />
        <circle cx="12" cy="12.5" r="2" fill="none" stroke={RED} strokeWidth="1.5" />
        {stroke("M5 11 11.5 1.5M11 11 4.5 1.5", GREY, 1.5)}
      </>
    ),
  },
  small_blue_diamond: { unicode: "🔹", draw: fill("m8 3.5 4.5 4.5L8 12.5 3.5 8Z", BLUE) },
  sunny: {
    unicode: "☀️",
    draw: (
      <>
        <circle cx="8" cy="8" r="3.4" fill={AMBER} />
        {stroke("M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5 13 13M13 3l-1.5 1.5M3 13l1.5-1.5", AMBER, 1.4)}
      </>
    ),
  },
  zzz: { unicode: "💤", draw: stroke("M2 7.5h4.5l-4.5 6h4.5M8.5 2h5l-5 6h5", BLUE, 1.6) },
  clock1: {
    unicode: "🕐",
    draw: (
      <>
        <circle cx="8" cy="8" r="6" fill="none" stroke={INK} strokeWidth="1.4" />
        {stroke("M8 4.5V8l2.5 1.5", INK, 1.4)}
      </>
    ),
  },
  fire: {
    unicode: "🔥",
    draw: (
      <>
        {fill(
          "M8.6.9c.4 3-3.9 4.4-4.6 8.1-.5 3 1.7 5.9 4.4 5.9 2.6 0 4.5-2 4.3-4.7-.1-2-1.4-3-1.8-4.6-.5.6-.7 1.2-.7 1.9C9.5 5.5 10 2.9 8.6.900Z",
          "#e3622b",
        )}
        {fill("M8.2 8.300c.2 1.6-1.9 2-1.9 4 0 1.4 1 2.2 2 2.2 1.3 0 2.1-1 2-2.2-.1-1.6-1.6-2.2-2.1-4Z", "#f6c244")}
      </>
    ),
  },
  boom: {
    unicode: "💥",
    draw: fill(
      "m8 .8 1.6 3.9 3.9-2-1.7 4 3.5 1.7-3.7 1.2 1.6 4-3.8-2.200L8 15.200l-1.5-3.8-3.8 2.2 1.6-4L.7 8.400l3.5-1.7-1.7-4 3.9 2Z",
      "#e3762b",
    ),
  },
  zap: { unicode: "⚡", draw: fill("M9.8.8 3 9h4l-1.2 6.200L13 6.800H8.800Z", AMBER) },
  bug: {
    unicode: "🐛",
    draw: (
      <>
        {fill("M8 4.500c2.5 0 3.6 2 3.6 4.600S10.3 14 8 14s-3.6-2.3-3.6-4.900S5.5 4.5 8 4.500Z", PURPLE)}
        {stroke(
          "M5.5 2 7 4m3.5-2L9 4M1.8 6l2.6 1.300m9.8-1.3-2.6 1.300M1.5 10h2.900m10.1 0h-2.900M2.5 14l2.3-2m8.7 2-2.3-2",
          INK,
          1.1,
        )}
      </>
    ),
  },
  eyes: {
    unicode: "👀",
    draw: (
      <>
        <ellipse cx="4.5" cy="8" rx="3" ry="4.5" fill="#fff" stroke={INK} />
        <ellipse cx="11.5" cy="8" rx="3" ry="4.5" fill="#fff" stroke={INK} />
        <circle cx="5.3" cy="8.6" r="1.5" fill={INK} />
        <circle cx="12.3" cy="8.6" r="1.5" fill={INK} />
      </>
    ),
  },
  link: {
    unicode: "🔗",
    draw: stroke(
      "m6.5 9.5 3-3M7 4.500l1.6-1.600a3.2 3.2 0 0 1 4.5 4.500L11.5 9M9 11.500l-1.6 1.600a3.2 3.2 0 0 1-4.5-4.500L4.5 7",
      BLUE,
      1.6,
    ),
  },
  paperclip: {
    unicode: "📎",
    draw: stroke(
      "m12.5 6.5-5.300 5.300a2.700 2.700 0 0 1-3.800-3.800l5.800-5.800a1.800 1.800 0 0 1 2.600 2.600L6.200 10.300a.9.9 0 0 1-1.300-1.300l4.900-4.900",
      GREY,
      1.3,
    ),
  },
  arrow_right_hook: {
    unicode: "↪",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M9.5 5 12 7.5 9.5 10M12 7.5H6.5a2 2 0 0 0 0 4H8", "#fff", 1.4)}
      </>
    ),
  },
  pushpin: {
    unicode: "📌",
    draw: (
      <>
        {fill("m9.5 1.5 5 5-1.3.6-2.6 2.6-.4 3-5.9-5.9 3-.4 2.6-2.600Z", RED)}
        {stroke("m2 14 4.5-4.5", INK, 1.5)}
      </>
    ),
  },
  memo: {
    unicode: "📝",
    draw: (
      <>
        <rect x="2.5" y="2" width="9" height="12" rx="1" fill="#fff" stroke={GREY} />
        {stroke("M4.5 5h5m-5 2.500h5m-5 2.500h2.5", GREY, 1)}
        {stroke("m8.5 12 5.5-6", AMBER, 1.8)}
      </>
    ),
  },
  clipboard: {
    unicode: "📋",
    draw: (
      <>
        <rect x="3" y="2.5" width="10" height="12" rx="1.2" fill="#b98b56" />
        <rect x="4.5" y="4.5" width="7" height="8.5" fill="#fff" />
        <rect x="6" y="1.3" width="4" height="2.5" rx=".8" fill={INK} />
      </>
    ),
  },
  calendar: {
    unicode: "📅",
    draw: (
      <>
        <rect x="2" y="3" width="12" height="11" rx="1.5" fill="#fff" stroke={GREY} />
        {fill("M2 6.500V4.500A1.5 1.5 0 0 1 3.5 3h9A1.5 1.5 0 0 1 14 4.500v2Z", RED)}
      </>
    ),
  },
  mag: {
    unicode: "🔍",
    draw: (
      <>
        <circle cx="6.7" cy="6.7" r="4.2" fill="none" stroke={INK} strokeWidth="1.6" />
        {stroke("m10 10 4 4", INK, 2)}
      </>
    ),
  },
  information_source: {
    unicode: "ℹ",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M8 7.500v4M8 4.600v.1", "#fff")}
      </>
    ),
  },
  question: { unicode: "❓", draw: stroke("M5 5.500a3 3 0 1 1 4.5 2.600C8.4 8.8 8 9.3 8 10.500m0 3v.1", RED, 2) },
  exclamation: { unicode: "❗", draw: stroke("M8 2.500v7.500m0 3.500v.1", RED, 2.4) },
  speech_balloon: {
    unicode: "💬",
    draw: (
      <>
        {fill(
          "M3 2.500h10A1.5 1.5 0 0 1 14.5 4v6a1.5 1.5 0 0 1-1.5 1.500H7.500L4 14.500v-3H3A1.5 1.5 0 0 1 1.5 10V4A1.5 1.5 0 0 1 3 2.500Z",
          GREY,
        )}
        {stroke("M5 7h.1M8 7h.1M11 7h.1", "#fff", 1.6)}
      </>
    ),
  },
  lock: {
    unicode: "🔒",
    draw: (
      <>
        <rect x="3" y="7" width="10" height="7.5" rx="1.2" fill={AMBER} />
        {stroke("M5 7V5a3 3 0 0 1 6 0v2", GREY, 1.6)}
      </>
    ),
  },
  bust_in_silhouette: { unicode: "👤", draw: person(INK) },
  busts_in_silhouette: { unicode: "👥", draw: person(INK) },
  wave: {
    unicode: "👋",
    draw: fill(
      "M4 8.5 6 3.200c.6-1 1.9-.4 1.7.6L7 7l2.5-4c.7-.9 2-.1 1.5.9L9.2 7.500l2.3-2.600c.8-.7 1.8.2 1.2 1.100L10 10.500c-1 2.5-2.5 4-4.5 3.5-2-.4-3-2.5-1.5-5.500Z",
      "#f2b544",
    ),
  },
  "+1": {
    unicode: "👍",
    draw: fill(
      "M1.5 7.500H4v7H1.500Zm3.5 0 2.5-3V1.800c1.5-.5 2.5.5 2.5 2V6h3.500c1 0 1.5.8 1.3 1.600l-1.3 5.400c-.2.9-.9 1.5-1.8 1.500H5Z",
      "#f2b544",
    ),
  },
  tada: {
    unicode: "🎉",
    draw: (
      <>
        {fill("m1.5 14.5 4-9 5 5Z", AMBER)}
        {stroke("M8.5 6c0-2 1-3 2.5-3.500M10.5 8c1.5-1 3-1 4-.5M7 2.500v.1M13 4.500v.1M13 11v.1", PURPLE, 1.5)}
      </>
    ),
  },
  rocket: {
    unicode: "🚀",
    draw: (
      <>
        {fill("M14.5 1.500c-4 0-7 2-8.5 6L8.5 10c4-1.5 6-4.5 6-8.500Z", BLUE)}
        {fill("M6 7.5 3 8l-1.5 2.5 3-.5Zm2.5 2.5-.5 3L5.5 14.500l.5-3Z", RED)}
        {fill("M4.5 11.5 2 14c1 .3 2 0 3-1Z", AMBER)}
      </>
    ),
  },
  pager: {
    unicode: "📟",
    draw: (
      <>
        <rect x="1.5" y="3.5" width="13" height="9" rx="1.8" fill={INK} />
        <rect x="3.5" y="5.5" width="9" height="3" rx=".5" fill="#9ed8b4" />
        {stroke("M4.5 10.700h1M7.5 10.700h1M10.5 10.700h1", "#fff", 1)}
      </>
    ),
  },
  telephone_receiver: {
    unicode: "📞",
    draw: fill(
      "M4.5 1.5 6.5 5 5 6.500c.8 2 2.5 3.7 4.5 4.500L11 9.500l3.5 2c-.3 2-1.8 3.2-3.5 3C6 14 2 10 1.5 5c-.2-1.7 1-3.2 3-3.500Z",
      INK,
    ),
  },
  loudspeaker: {
    unicode: "📢",
    draw: (
      <>
        {fill("M2 6h3l8-4v12L5 10H2Z", RED)}
        {stroke("M5 10.500v3.5", INK, 1.8)}
      </>
    ),
  },
  mega: {
    unicode: "📣",
    draw: (
      <>
        {fill("M2 6h3l8-4v12L5 10H2Z", AMBER)}
        {stroke("M5 10.500v3.5", INK, 1.8)}
      </>
    ),
  },
  chart_with_upwards_trend: {
    unicode: "📈",
    draw: (
      <>
        <rect x="1.5" y="1.5" width="13" height="13" rx="1" fill="#fff" stroke={GREY} />
        {stroke("m3.5 11.5 3-3 2 1.5 4-5.5", RED, 1.5)}
      </>
    ),
  },
  gear: {
    unicode: "⚙",
    draw: (
      <>
        <circle cx="8" cy="8" r="3.9" fill="none" stroke={GREY} strokeWidth="2.4" />
        {stroke(
          "M8 1.300v2M8 12.700v2M1.3 8h2M12.7 8h2M3.3 3.300l1.4 1.400M11.3 11.300l1.4 1.400M12.7 3.300l-1.4 1.400M4.7 11.300l-1.4 1.4",
          GREY,
          1.9,
        )}
      </>
    ),
  },
  wrench: {
    unicode: "🔧",
    draw: stroke(
      "M13.5 4.500a3.5 3.5 0 0 1-4.8 3.800L4 13l-1-1 4.7-4.700A3.5 3.5 0 0 1 11.5 2.500L9.7 4.300l2 2Z",
      GREY,
      1.5,
    ),
  },
  test_tube: {
    unicode: "🧪",
    draw: (
      <>
        {stroke("m10 2 4 4M11 3 3.7 10.300a2 2 0 0 0 2.8 2.800L13 6", GREY, 1.4)}
        {fill("m5.5 8.5 5 .2-4 4.300c-1.8 1.6-4-.6-2.7-2.500Z", GREEN)}
      </>
    ),
  },
  arrows_counterclockwise: {
    unicode: "🔄",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M4.5 7a3.6 3.6 0 0 1 6.5-1.300V4m.5 5a3.6 3.6 0 0 1-6.5 1.300V12", "#fff", 1.4)}
      </>
    ),
  },
  leftwards_arrow_with_hook: {
    unicode: "↩",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M6.5 5 4 7.5 6.5 10M4 7.500h5.500a2 2 0 0 1 0 4H8", "#fff", 1.4)}
      </>
    ),
  },
  twisted_rightwards_arrows: {
    unicode: "🔀",
    draw: (
      <>
        {square(BLUE)}
        {stroke(
          "M3.5 5.500h2l5 5h2m-9 0h2l1.5-1.500m2-2 1.5-1.500h2M11 4l1.5 1.500L11 7m0 2 1.5 1.500L11 12",
          "#fff",
          1.2,
        )}
      </>
    ),
  },
  arrow_right: {
    unicode: "➡",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M4 8h7.500M8.5 5l3 3-3 3", "#fff", 1.5)}
      </>
    ),
  },
  arrow_up: {
    unicode: "⬆",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M8 12V4.500M5 7.500l3-3 3 3", "#fff", 1.5)}
      </>
    ),
  },
  arrow_down: {
    unicode: "⬇",
    draw: (
      <>
        {square(BLUE)}
        {stroke("M8 4v7.500M5 8.500l3 3 3-3", "#fff", 1.5)}
      </>
    ),
  },
  file_cabinet: {
    unicode: "🗄",
    draw: (
      <>
        <rect x="2.5" y="1.5" width="11" height="13" rx="1" fill={GREY} />
        {stroke("M2.5 8h11M6.5 4.700h3M6.5 11.300h3", "#fff", 1.2)}
      </>
    ),
  },
  package: {
    unicode: "📦",
    draw: (
      <>
        {fill("M8 1.5 14 4.500v7L8 14.500l-6-3v-7Z", "#b98b56")}
        {stroke("M2 4.5 8 7.500l6-3M8 7.500v7", "#7f5b31", 1.1)}
      </>
    ),
  },
  robot_face: {
    unicode: "🤖",
    draw: (
      <>
        <rect x="2.5" y="4.5" width="11" height="9" rx="2" fill={GREY} />
        {stroke("M8 4.500V2", GREY, 1.4)}
        <circle cx="5.8" cy="8.5" r="1.2" fill="#fff" />
        <circle cx="10.2" cy="8.5" r="1.2" fill="#fff" />
        {stroke("M6 11.500h4", "#fff", 1.1)}
      </>
    ),
  },
  computer: {
    unicode: "💻",
    draw: (
      <>
        <rect x="3" y="2.5" width="10" height="7.5" rx="1" fill={BLUE} stroke={INK} />
        {fill("M1 11.500h14l-1 2H2Z", GREY)}
      </>
    ),
  },
  star: {
    unicode: "⭐",
    draw: fill("m8 1.2 2.1 4.4 4.8.6-3.5 3.3.9 4.800L8 12l-4.3 2.3.9-4.800L1.1 6.200l4.8-.6Z", AMBER),
  },
  bulb: {
    unicode: "💡",
    draw: (
      <>
        {fill("M8 1.500a4.5 4.5 0 0 0-2.5 8.300V11.500h5V9.800A4.5 4.5 0 0 0 8 1.500Z", AMBER)}
        {stroke("M6.3 13.500h3.4", GREY, 1.6)}
      </>
    ),
  },
  compass: {
    unicode: "🧭",
    draw: (
      <>
        <circle cx="8" cy="8" r="6" fill="#fff" stroke={GREY} strokeWidth="1.5" />
        {fill("m11 5-2 4-4 2 2-4Z", RED)}
      </>
    ),
  },
};

const BY_UNICODE = new Map(Object.entries(PICTURES).map(([name, { unicode }]) => [unicode, name]));

/** The short name of a unicode emoji that has a picture here; a variation selector makes no difference. */
export function emojiName(unicode: string): string | undefined {
  return BY_UNICODE.get(unicode.replaceAll("\uFE0F", ""));
}
