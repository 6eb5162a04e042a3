import { accept, refuse, type Result } from "./result.ts";

/** Slack's limit on an entry of the manifest's outgoing domains. */
const MAX_DOMAIN_LENGTH = 50;

/**
 * The manifest's outgoing domain for the companion's address: the bare host name, since Slack takes neither scheme, port
 * nor path. The refusal is a sentence for the person who configures the app.
 * @param companionUrl value of COMPANION_URL, for example https://triage.example.com
 */
export function outgoingDomain(companionUrl: string | undefined): Result<string, string> {
  const example = "for example COMPANION_URL=https://triage.example.com";
  const text = companionUrl?.trim() ?? "";
  if (text === "") return refuse(`COMPANION_URL is not set; set it to the companion's address, ${example}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse(`COMPANION_URL is not a web address; it needs a scheme and a host, ${example}`);
  }
  const isHere = /^(localhost|127(\.\d{1,3}){3})$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) {
    return refuse(`COMPANION_URL must begin with https://, ${example}`);
  }
  if (url.search !== "" || url.hash !== "") return refuse(`COMPANION_URL must not contain a ? or a #, ${example}`);
  if (url.username !== "" || url.password !== "") {
    return refuse(`COMPANION_URL must not contain a user name or a password, ${example}`);
  }
  const host = url.hostname.toLowerCase();
  if (host.includes("[")) return refuse(`COMPANION_URL must name a host, not an IPv6 address, ${example}`);
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host)) {
    return refuse(`COMPANION_URL's host may hold letters, digits, dots and hyphens only, ${example}`);
  }
  if (host.length > MAX_DOMAIN_LENGTH) {
    return refuse(
      `COMPANION_URL's host is ${host.length} characters long and Slack takes at most ${MAX_DOMAIN_LENGTH}`,
    );
  }
  return accept(host);
}
