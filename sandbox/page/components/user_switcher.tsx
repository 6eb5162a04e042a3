import type { WorkspaceView } from "../../page_api.ts";
import { Avatar } from "./avatar.tsx";

interface Props {
  readonly workspace: WorkspaceView;
  readonly onSwitch: (user: string) => void;
}

/** As whom the whole workspace is seen. */
export function UserSwitcher({ workspace, onSwitch }: Props) {
  const me = workspace.users.find(({ id }) => id === workspace.me);
  return (
    <label className="user-switcher">
      <Avatar user={me} small />
      <span className="user-switcher-text">
        <span className="user-switcher-label">You are</span>
        <select aria-label="You are" value={workspace.me} onChange={(event) => onSwitch(event.target.value)}>
          {workspace.users
            .filter(({ isBot }) => !isBot)
            .map(({ id, name, title }) => (
              <option key={id} value={id}>
                {name} · {title}
              </option>
            ))}
        </select>
      </span>
    </label>
  );
}
