import { it } from "vitest";
import { createSqliteDatabase } from "../../chaos/database.ts";
import { expectGood, shortRun } from "./short_run.ts";

const KILLS = 10;

it("a companion on SQLite that is killed ten times loses nothing that it answered with 202, opens one incident a window, and does each wish once", async () => {
  expectGood(await shortRun({ seed: 1, kills: KILLS }, createSqliteDatabase()), KILLS);
});
