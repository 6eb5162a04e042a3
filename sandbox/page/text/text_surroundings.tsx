import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { MessageProps } from "slack-blocks-to-jsx";
import type { ChannelView, UserView } from "../../page_api.ts";
import { formatRoute } from "../route.ts";
import { SmartLink } from "../components/smart_link.tsx";
import { readerLocale } from "./locale.ts";
import { Emoji } from "./emoji.tsx";
import { emojiName } from "./emoji_pictures.tsx";
import type { MrkdwnReader } from "./mrkdwn.ts";
import { formatSlackDate, type DateReader } from "./slack_date.ts";
import { fullTime } from "./time_text.ts";

/** What texts are drawn with: who and what the ids stand for, the reader's clock, light or dark. */
export interface TextSurroundings {
  readonly data: NonNullable<MessageProps["data"]>;
  readonly hooks: NonNullable<MessageProps["hooks"]>;
  readonly theme: "light" | "dark";
  readonly reader: MrkdwnReader;
}

const Surroundings = createContext<TextSurroundings | undefined>(undefined);

export function useTextSurroundings(): TextSurroundings {
  const surroundings = useContext(Surroundings);
  if (!surroundings) throw new Error("Texts can be drawn only inside TextSurroundingsProvider.");
  return surroundings;
}

interface Props {
  readonly users: readonly UserView[];
  readonly channels: readonly ChannelView[];
  readonly me: string;
  readonly now: number;
  readonly onOpenChannel: (id: string) => void;
  readonly children: ReactNode;
}

export function TextSurroundingsProvider({ users, channels, me, now, onOpenChannel, children }: Props) {
  const theme = useTheme();
  // "today" and {ago} change with the minute; a new object for each would make the drawing library start over.
  const minute = Math.floor(now / 60_000) * 60_000;
  // The workspace is fetched anew with each change; names change hardly ever.
  const names = JSON.stringify([users.map(({ id, name }) => [id, name]), channels.map(({ id, name }) => [id, name])]);
  const value = useMemo<TextSurroundings>(() => {
    const dates: DateReader = { locale: readerLocale(), now: minute };
    const reader: MrkdwnReader = { formatDate: (at, format) => formatSlackDate(at, format, dates), emojiName };
    return {
      data: {
        users: users.map(({ id, name }) => ({ id, name })),
        channels: channels.map(({ id, name }) => ({ id, name })),
      },
      hooks: {
        user: ({ id, name }) => <span className={id === me ? "mention mention-me" : "mention"}>@{name}</span>,
        channel: ({ id, name }) => <ChannelMention id={id} name={name} me={me} onOpen={onOpenChannel} />,
        atHere: () => <span className="mention mention-me">@here</span>,
        atChannel: () => <span className="mention mention-me">@channel</span>,
        atEveryone: () => <span className="mention mention-me">@everyone</span>,
        emoji: ({ name }, parse) => <Emoji name={name} character={characterOf(name, parse)} />,
        date: ({ timestamp, format }) => (
          <time
            dateTime={new Date(Number(timestamp) * 1_000).toISOString()}
            title={fullTime(Number(timestamp) * 1_000)}
          >
            {reader.formatDate(Number(timestamp), format)}
          </time>
        ),
        link: ({ href, children: text }) => <SmartLink href={href}>{text}</SmartLink>,
      },
      theme,
      reader,
    };
  }, [names, me, minute, theme, onOpenChannel]);
  return <Surroundings.Provider value={value}>{children}</Surroundings.Provider>;
}

/** The library gives back ":name:" for a name it does not know. */
function characterOf(name: string, parse: (data: { name: string }) => string): string | undefined {
  const character = parse({ name });
  return character.includes(name) ? undefined : character;
}

interface MentionProps {
  readonly id: string;
  readonly name: string;
  readonly me: string;
  readonly onOpen: (id: string) => void;
}

function ChannelMention({ id, name, me, onOpen }: MentionProps) {
  return (
    <a
      href={formatRoute({ user: me, channel: id })}
      className="mention mention-channel"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onOpen(id);
      }}
    >
      #{name}
    </a>
  );
}

function useTheme(): "light" | "dark" {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return dark ? "dark" : "light";
}
