import { type Json, readString } from "./slack_objects.ts";

/** A small picture beside a text. Only web addresses are loaded. */
export function ImageElement({ element }: { readonly element: Json }) {
  const source = readString(element["image_url"]) ?? "";
  if (!/^https?:/i.test(source)) return null;
  return <img className="image-element" src={source} alt={readString(element["alt_text"]) ?? ""} />;
}
