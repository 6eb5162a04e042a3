import { PICTURES } from "./emoji_pictures.tsx";

/**
 * One emoji by its short name: our own picture where there is one, else the machine's character, and the name in colons
 * where the machine has no emoji font either.
 * @param character the unicode emoji, or undefined where nobody knows the name
 */
export function Emoji({ name, character }: { readonly name: string; readonly character?: string | undefined }) {
  const picture = PICTURES[name];
  const label = name.replaceAll("_", " ");
  if (picture) {
    return (
      <svg className="emoji" viewBox="0 0 16 16" role="img" aria-label={label}>
        {picture.draw}
      </svg>
    );
  }
  if (character && hasEmojiFont()) {
    return (
      <span role="img" aria-label={label}>
        {character}
      </span>
    );
  }
  return <span className="emoji-name">:{name}:</span>;
}

let known: boolean | undefined;

/** Whether this machine can draw emoji: a colourful pixel appears where one is drawn. */
function hasEmojiFont(): boolean {
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 24;
  const context = canvas.getContext("2d");
  if (!context) return (known = false);
  context.font = "20px sans-serif";
  context.fillStyle = "#000";
  context.fillText("\u{1F34E}", 0, 20);
  const { data } = context.getImageData(0, 0, 24, 24);
  known = data.some((value, index) => index % 4 < 3 && value > 32);
  return known;
}
