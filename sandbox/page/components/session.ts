import { createContext, useContext } from "react";

/** What any part of the page may do on behalf of the person who looks at it. */
export interface Session {
  readonly me: string;
  readonly openChannel: (channel: string, ts?: string) => void;
  /** A link trigger was opened here. */
  readonly startLink: (url: string) => Promise<void>;
  /** Runs something that may fail; the failure is shown to the person in words. Tells whether it worked. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Fetches what the page shows again and waits for it. */
  readonly reload: () => Promise<void>;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession works only inside SessionContext.");
  return session;
}
