import { describe, expect, it } from "vitest";
import { CHECKOUT, DANA, inSandbox, MIKA, textOf } from "./driver.ts";

const CREATE = "Yes, create incident";
const FEED = "C0FEED";
const ANNOUNCEMENTS = "C0INCIDENTS";

const world = inSandbox();

async function createIncident(): Promise<string> {
  await world.fire(CHECKOUT);
  const { id } = await world.channel(/^inc-1-/);
  await world.press(DANA, id, CREATE);
  await world.message(id, /Update…/);
  return id;
}

async function texts(channelId: string): Promise<string[]> {
  return (await world.messages(channelId)).filter((one) => !one.isSystem).map(textOf);
}

async function writeUpdate(user: string, channelId: string, value: string) {
  await world.press(user, channelId, "Update…");
  const form = await world.modal(user, /How does it stand\?/);
  const update_text = { type: "plain_text_input", value };
  return world.submit(user, form, { update_text: { update_text } });
}

async function resolve(channelId: string): Promise<void> {
  await world.press(DANA, channelId, "Resolve incident");
  const form = await world.modal(DANA, /Resolve in PagerDuty/);
  expect((await world.submit(DANA, form, {})).errors).toEqual({});
  await world.message(channelId, /\*Resolved\*/);
  // Only then does everybody read it so.
  await world.eventually("the end of the run", async () =>
    (await world.runs()).some((run) => run.workflow === "resolve_incident" && run.status === "completed"),
  );
}

describe("Severity", () => {
  it("goes to card, feed line, announcement and topic, and the channel reads once who set it", async () => {
    const id = await createIncident();
    await world.choose(MIKA, id, "Severity", "SEV2 major");
    await world.message(id, new RegExp(`<@${MIKA}> set the severity to \\*SEV2 major\\*`));
    await world.message(id, /Active incident.*SEV2 major/);
    await world.message(FEED, /Active incident.*SEV2 major/);
    await world.message(ANNOUNCEMENTS, /Active incident.*SEV2 major/);
    await world.eventually("the topic", async () =>
      (await world.channel(/^inc-1-/)).topic.startsWith("Active · SEV2 ·"),
    );
    await world.eventually("the chosen severity in the controls", async () =>
      (await texts(id)).some((text) => /"initial_option".*SEV2/.test(text)),
    );
    // The same again says nothing; another one says what it was before.
    await world.choose(DANA, id, "Severity", "SEV2 major");
    await world.choose(DANA, id, "Severity", "SEV1 critical");
    await world.message(id, /set the severity to \*SEV1 critical\*\. It was SEV2\./);
    expect((await texts(id)).filter((text) => /set the severity/.test(text))).toHaveLength(2);
    await resolve(id);
    await world.message(ANNOUNCEMENTS, /\*Resolved\*.*SEV1 critical/);
  });
});

describe("Update", () => {
  it("is posted in the channel, and stands on the announcement and the card in place of the one before", async () => {
    const id = await createIncident();
    expect((await writeUpdate(DANA, id, "  ")).errors).toEqual({
      update_text: "Write a sentence first: what is known, and what happens next.",
    });
    expect((await writeUpdate(DANA, id, "Rolling back.\nMore in ten minutes.")).errors).toEqual({});
    await world.message(ANNOUNCEMENTS, /Rolling back/);
    expect((await writeUpdate(MIKA, id, "Rolled back; <!channel> can rest.")).errors).toEqual({});
    const announcement = textOf(await world.message(ANNOUNCEMENTS, /Rolled back; &lt;!channel&gt; can rest/));
    expect(announcement).toContain(`<@${MIKA}>`);
    expect(announcement).not.toContain("Rolling back");
    await world.message(id, /Active incident.*Rolled back; /);
    const told = (await texts(id)).filter((text) => text.startsWith("Update by"));
    expect(told).toHaveLength(2);
    expect(told[0]).toContain("Rolling back.\\nMore in ten minutes.");
    expect(await texts(ANNOUNCEMENTS)).toHaveLength(1);
  });

  it("whose form was open while the incident was resolved is refused with a sentence", async () => {
    const id = await createIncident();
    await world.press(MIKA, id, "Update…");
    const form = await world.modal(MIKA, /How does it stand\?/);
    await resolve(id);
    const update_text = { type: "plain_text_input", value: "Too late" };
    const { errors } = await world.submit(MIKA, form, { update_text: { update_text } });
    expect(errors["update_text"]).toContain("This incident is closed");
    expect((await texts(id)).some((text) => text.includes("Too late"))).toBe(false);
  });
});
