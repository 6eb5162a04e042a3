import { describe, expect, it } from "vitest";
import { signRequest } from "../../core/request_signature.ts";
import { byteLength } from "../../core/text.ts";
import { isSigned, needsSignature, signedData, SIGNATURES_BYTES } from "../../core/signal_signature.ts";

const SECRET = "a-shared-secret-of-our-own";
const SIGNAL = {
  delivery_id: "dlv_1",
  kind: "apply_decision",
  incident_id: "inc_1",
  data: '{"decision":{"note":"\\",\\"signature\\":\\"x\\"}"}}',
};

describe("the signature of a signal that decides", () => {
  it("is taken by whoever has one of the secrets, two at most while one takes the other's place", async () => {
    const data = await signedData(["another-secret-of-ours", SECRET, "third"], SIGNAL);
    expect(await isSigned(SECRET, { ...SIGNAL, data })).toBe(true);
    expect(await isSigned("another-secret-of-ours", { ...SIGNAL, data })).toBe(true);
    expect(await isSigned("third", { ...SIGNAL, data })).toBe(false);
    expect(byteLength(data) - byteLength(SIGNAL.data)).toBeLessThanOrEqual(SIGNATURES_BYTES);
    expect(JSON.parse(data)).toMatchObject(JSON.parse(SIGNAL.data) as object);
  });

  it.each([
    ["another delivery", { delivery_id: "dlv_2" }],
    ["another incident", { incident_id: "inc_2" }],
    ["another kind", { kind: "carry_on" }],
  ])("holds for nothing else: %s", async (_, changed) => {
    const data = await signedData([SECRET], SIGNAL);
    expect(await isSigned(SECRET, { ...SIGNAL, data, ...changed })).toBe(false);
  });

  it.each([
    ["nothing", () => SIGNAL.data],
    ["an empty one", () => '{"decision":{},"signature":""}'],
    ["a changed decision", (data: string) => data.replace("note", "n0te")],
    ["something behind it", (data: string) => `${data.slice(0, -1)},"decision":{}}`],
    ["no JSON", () => "x"],
  ])("is not there with %s", async (_, forge) => {
    const data = forge(await signedData([SECRET], SIGNAL));
    expect(await isSigned(SECRET, { ...SIGNAL, data })).toBe(false);
  });

  it("is none of a request to the companion, nor the other way round", async () => {
    const parts = { method: "POST", path: "apply_decision inc_1", timestamp: 0, nonce: "dlv_1", body: SIGNAL.data };
    const data = `${SIGNAL.data.slice(0, -1)},"signature":"${await signRequest(SECRET, parts)}"}`;
    expect(await isSigned(SECRET, { ...SIGNAL, data })).toBe(false);
  });

  it("is asked of what people decided, and of no news", () => {
    const kinds = ["apply_decision", "decision_refused", "carry_on", "alert_changed", "sync", ""];
    expect(kinds.filter(needsSignature)).toEqual(["apply_decision", "decision_refused", "carry_on"]);
  });
});
