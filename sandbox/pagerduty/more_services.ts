/** The demo company's other services. They are quiet until a storm, so the panel does not list them. */
import { PEOPLE, type DemoService } from "../seed.ts";

const NAMES = [
  "Cart",
  "Catalogue",
  "Pricing",
  "Inventory",
  "Shipping",
  "Taxes",
  "Invoices",
  "Refunds",
  "Recommendations",
  "Reviews",
  "Images",
  "Mail",
  "Notifications",
  "Profiles",
  "Sessions",
  "Gateway",
  "Analytics",
] as const;

/** The engineers; support is not on call. */
const ON_CALL = PEOPLE.slice(0, 3).map(({ pagerdutyId }) => pagerdutyId);
const PLATFORMS = ["node", "python", "java"] as const;

export const MORE_SERVICES: readonly DemoService[] = NAMES.map((name, index) => {
  const number = String(index + 1).padStart(2, "0");
  const slug = name.toLowerCase();
  return {
    id: `PMORE${number}`,
    name,
    escalationPolicy: { id: `PEPMO${number}`, name: `${name} on call` },
    onCall: [...ON_CALL.slice(index % ON_CALL.length), ...ON_CALL.slice(0, index % ON_CALL.length)],
    routingKey: `5a4db0x1${slug.padEnd(20, "0")}${number}00`,
    sentryProject: {
      id: `45090000000001${number}`,
      slug,
      platform: PLATFORMS[index % PLATFORMS.length] ?? "node",
    },
  };
});
