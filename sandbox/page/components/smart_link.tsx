import type { ReactNode } from "react";
import { useSession } from "./session.ts";
import { linkTarget } from "../slack_links.ts";

interface Props {
  readonly href: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A link as Slack's client treats it: its own channels and link triggers open inside, everything else in a new tab. */
export function SmartLink({ href, className, children }: Props) {
  const session = useSession();
  const target = linkTarget(href, location.origin);
  if (target.kind === "blocked") return <span title="Slack does not open addresses of this kind.">{children}</span>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className={className}
      onClick={(event) => {
        if (target.kind === "outside") return;
        event.preventDefault();
        if (target.kind === "channel") session.openChannel(target.channel, target.ts);
        else void session.attempt(() => session.startLink(target.url));
      }}
    >
      {children}
    </a>
  );
}
