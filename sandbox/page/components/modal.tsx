import { type ReactNode, useMemo, useState } from "react";
import type { ModalView } from "../../page_api.ts";
import { api } from "../api.ts";
import { BlockList } from "../blocks/block_list.tsx";
import { clientErrors, standingErrors, stateValues } from "../blocks/form_state.ts";
import { InteractionContext, useSurface } from "../blocks/interaction.ts";
import { PlainText } from "../text/rich_text.tsx";
import { Dialog } from "./dialog.tsx";
import { useSession } from "./session.ts";

interface Props {
  readonly modal: ModalView;
  /** Errors and notices: the rest of the page lies inert under the dialog. */
  readonly notices: ReactNode;
}

/** A view that the app has opened. What somebody entered outlives the app's redrawing of it. */
export function Modal({ modal, notices }: Props) {
  const session = useSession();
  const surface = useMemo(() => ({ viewId: modal.id }), [modal.id]);
  const { interaction, changes } = useSurface(surface, modal.blocks);
  const [refused, setRefused] = useState({ errors: {}, changes });
  const errors = standingErrors(modal.blocks, refused.errors, refused.changes, changes);
  const [busy, setBusy] = useState<"submit" | "close">();

  const run = async (what: "submit" | "close", work: () => Promise<void>) => {
    if (busy) return;
    setBusy(what);
    await session.attempt(work);
    setBusy(undefined);
  };
  const submit = () =>
    run("submit", async () => {
      const wrong = clientErrors(modal.blocks, changes);
      setRefused({ errors: wrong, changes });
      if (Object.keys(wrong).length > 0) return;
      const state = stateValues(modal.blocks, changes);
      const answer = await api.submit({ user: session.me, viewId: modal.id, state });
      setRefused({ errors: answer.errors ?? {}, changes });
      await session.reload();
    });
  const close = () =>
    run("close", async () => {
      await api.close({ user: session.me, viewId: modal.id });
      await session.reload();
    });
  return (
    <Dialog
      title={modal.title}
      onClose={() => void close()}
      onSubmit={() => modal.submit !== undefined && void submit()}
      footer={
        <>
          <button
            type="button"
            className="button"
            aria-label={modal.close}
            aria-busy={busy === "close"}
            onClick={() => void close()}
          >
            <PlainText text={modal.close} />
          </button>
          {modal.submit !== undefined && (
            <button
              type="submit"
              className="button button-primary"
              aria-label={modal.submit}
              aria-busy={busy === "submit"}
              aria-disabled={busy !== undefined}
            >
              <PlainText text={modal.submit} />
              {busy === "submit" && <span className="spinner" aria-hidden="true" />}
            </button>
          )}
        </>
      }
    >
      <InteractionContext.Provider value={interaction}>
        <BlockList blocks={modal.blocks} errors={errors} />
      </InteractionContext.Provider>
      {notices}
    </Dialog>
  );
}
