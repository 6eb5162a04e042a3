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

export const MORE_SERVICES: readonly DemoService[] = NAMES.map((name, index) => quiet(name, "MORE", 1, index));

const REGIONS = ["us-east", "us-west", "eu-west", "eu-north", "ap-south"] as const;

/** The same once more in each region: with them more than a hundred services can fail at once. */
export const REGIONAL_SERVICES: readonly DemoService[] = REGIONS.flatMap((region) =>
  NAMES.map((name) => `${name} ${region}`),
).map((name, index) => quiet(name, "REGN", 2, index));

function quiet(name: string, family: "MORE" | "REGN", digit: number, index: number): DemoService {
  const number = String(index + 1).padStart(2, "0");
  const slug = name.toLowerCase().replaceAll(" ", "-");
  return {
    id: `P${family}${number}`,
    name,
    escalationPolicy: { id: `PEP${family.slice(0, 2)}${number}`, name: `${name} on call` },
    onCall: [...ON_CALL.slice(index % ON_CALL.length), ...ON_CALL.slice(0, index % ON_CALL.length)],
    routingKey: `5a4db0x${digit}${slug.replaceAll("-", "").slice(0, 20).padEnd(20, "0")}${number}00`,
    sentryProject: {
      id: `4509000000000${digit}${number}`,
      slug,
      platform: PLATFORMS[index % PLATFORMS.length] ?? "node",
    },
  };
}
