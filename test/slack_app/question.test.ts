import { expect, it } from "vitest";
import { drawQuestion } from "../../slack-functions/ask_for_triage_decision/question.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { alert, AT, INCIDENTS, record } from "./builders.ts";
import { fakeApp } from "./fake_app.ts";

it("the question mentions whom PagerDuty pages the first time, and no more when a reminder has told them already", async () => {
  const fake = fakeApp(AT);
  const paged = [{ pagerdutyUserId: "PDANA01", name: "Dana Ortiz", email: "dana@example.com" }];
  await writeAlert(fake.app, undefined, alert({ id: "Q1", status: "triggered", relation: "attached", paged }), "inc_1");
  fake.on("users.lookupByEmail", () => ({ ok: true, user: { id: "U0DANA" } }));
  const draw = async (questionTs: string) => {
    const { blocks } = await drawQuestion(fake.app, record(INCIDENTS.triage, { alertIds: ["Q1"], questionTs }));
    return JSON.stringify(blocks);
  };
  expect(await draw("")).toContain("<@U0DANA>");
  expect(await draw("1.2")).not.toContain("<@U0DANA>");
});

it("the question says what a press does to the page, also where the page was over when it was asked", async () => {
  const fake = fakeApp(AT);
  const draw = async (status: "triggered" | "resolved") => {
    await writeAlert(fake.app, undefined, alert({ status }), "inc_1");
    const { blocks } = await drawQuestion(fake.app, record(INCIDENTS.triage, { alertIds: ["Q1"], questionTs: "1.2" }));
    return JSON.stringify(blocks);
  };
  expect(await draw("triggered")).not.toContain("was over");
  expect(await draw("resolved")).toContain("It was over in PagerDuty when this was asked.");
  // It may page again, and nobody can edit the question then.
  for (const status of ["triggered", "resolved"] as const)
    expect(await draw(status)).toContain("stop the page only if pressed by somebody who is being paged");
});
