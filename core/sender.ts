import type { AlertBody, NamedLink } from "./alert_body.ts";
import type { AttachmentKind } from "./attachment.ts";
import type { FactList } from "./facts.ts";

/** What a link leads to, as its parsed address says. */
export interface Target {
  /** Stable: the same thing on two alerts is one attachment. */
  readonly key: string;
  readonly url: string;
  /** Its title where the alert says nothing of it. */
  readonly name: string;
}

/** What an alert says of it. */
export interface Description {
  readonly title?: string | undefined;
  readonly facts: FactList;
}

/** A link of an alert whose body is known. */
export type BodyLink = NamedLink & { readonly body: AlertBody };

/** One monitoring product, as its alerts reach PagerDuty. */
export interface Sender {
  readonly kind: AttachmentKind;
  /** Anybody may run it under any host, so its titles name the host. */
  readonly isSelfHosted: boolean;
  /** Undefined for every link that is not this sender's. */
  readonly find: (url: URL) => Target | undefined;
  /** Undefined where the alert is about another thing and only mentions this one. */
  readonly describe: (link: BodyLink, target: Target) => Description | undefined;
}

/** Whether a link is on a vendor's own host: https, the scheme's own port, and a name that the pattern takes as a whole. */
export function isOnHost(url: URL, hosts: RegExp): boolean {
  return url.protocol === "https:" && url.port === "" && hosts.test(url.hostname.replace(/\.$/, ""));
}
