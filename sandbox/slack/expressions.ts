/** The filter expressions of datastore queries: = < <= > >= BETWEEN begins_with contains attribute_not_exists AND OR NOT. */
import { z } from "zod";
import { accept, refuse, type Result } from "../../core/result.ts";
import type { Values } from "./state.ts";

export const ExpressionValue = z.union([z.string(), z.number(), z.boolean()]);
type Scalar = z.infer<typeof ExpressionValue>;

export type Filter = (item: Values) => boolean;

export interface ExpressionInput {
  readonly expression: string;
  /** "#name" → attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  /** ":name" → value. */
  readonly values: Readonly<Record<string, Scalar>>;
  /** Whether an attribute may be asked for; the primary key may not. */
  readonly isAllowed: (attribute: string) => boolean;
}

const TOKEN = /\s*(<=|>=|=|<|>|\(|\)|,|#\w+|:\w+|\w+)/y;

/** What is wrong with an expression; caught at the door of this module. */
class ExpressionProblem extends Error {}

function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new ExpressionProblem(`cannot be read from "${text.slice(start, start + 20)}" on`);
    tokens.push(token);
  }
  return tokens;
}

const isKeyword = (token: string | undefined, keyword: string) => token?.toUpperCase() === keyword;

const compare = (one: unknown, other: Scalar): number | undefined => {
  if (typeof one !== typeof other) return undefined;
  if (one === other) return 0;
  if (typeof one === "boolean") return undefined;
  return (one as Scalar) < other ? -1 : 1;
};

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function containsValue(one: unknown, other: Scalar): boolean {
  if (typeof one === "string") return typeof other === "string" && one.includes(other);
  return Array.isArray(one) && one.includes(other);
}

function createParser(input: ExpressionInput) {
  const tokens = tokensOf(input.expression);
  let position = 0;
  const peek = () => tokens[position];
  const take = () => tokens[position++];

  function expect(token: string): void {
    const found = take();
    if (!isKeyword(found, token))
      throw new ExpressionProblem(`expects "${token}" where it has "${found ?? "its end"}"`);
  }

  function attribute(): string {
    const name = take() ?? "its end";
    if (!name.startsWith("#")) throw new ExpressionProblem(`has "${name}" where an attribute such as #name belongs`);
    const found = input.attributes[name];
    if (found === undefined) throw new ExpressionProblem(`names ${name}, which is not in expression_attributes`);
    if (!input.isAllowed(found)) throw new ExpressionProblem(`cannot use the attribute "${found}"`);
    return found;
  }

  function value(): Scalar {
    const name = take() ?? "its end";
    if (!name.startsWith(":")) throw new ExpressionProblem(`has "${name}" where a value such as :value belongs`);
    const found = input.values[name];
    if (found === undefined) throw new ExpressionProblem(`names ${name}, which is not in expression_values`);
    return found;
  }

  function call(name: string): Filter {
    expect("(");
    const key = attribute();
    if (name === "attribute_not_exists") {
      expect(")");
      return (item) => item[key] === undefined || item[key] === null;
    }
    expect(",");
    const operand = value();
    expect(")");
    if (name === "contains") return (item) => containsValue(item[key], operand);
    return (item) => {
      const held = item[key];
      return typeof held === "string" && typeof operand === "string" && held.startsWith(operand);
    };
  }

  function comparison(): Filter {
    const key = attribute();
    const operator = take() ?? "its end";
    if (isKeyword(operator, "BETWEEN")) {
      const low = value();
      expect("AND");
      const high = value();
      return (item) => (compare(item[key], low) ?? -1) >= 0 && (compare(item[key], high) ?? 1) <= 0;
    }
    const holds = COMPARISONS[operator];
    if (!holds) throw new ExpressionProblem(`has "${operator}" where a comparison belongs`);
    const operand = value();
    return (item) => {
      const order = compare(item[key], operand);
      return order !== undefined && holds(order);
    };
  }

  function primary(): Filter {
    const token = peek();
    if (isKeyword(token, "NOT")) {
      take();
      const inner = primary();
      return (item) => !inner(item);
    }
    if (token === "(") {
      take();
      const inner = either();
      expect(")");
      return inner;
    }
    if (token === "begins_with" || token === "contains" || token === "attribute_not_exists") {
      take();
      return call(token);
    }
    return comparison();
  }

  function both(): Filter {
    let left = primary();
    while (isKeyword(peek(), "AND")) {
      take();
      const [one, other] = [left, primary()];
      left = (item) => one(item) && other(item);
    }
    return left;
  }

  function either(): Filter {
    let left = both();
    while (isKeyword(peek(), "OR")) {
      take();
      const [one, other] = [left, both()];
      left = (item) => one(item) || other(item);
    }
    return left;
  }

  return () => {
    const filter = either();
    if (position < tokens.length) throw new ExpressionProblem(`goes on after its end with "${peek()}"`);
    return filter;
  };
}

/** The filter of an expression, or what is wrong with it, to be read after "the expression". */
export function parseExpression(input: ExpressionInput): Result<Filter, string> {
  try {
    return accept(createParser(input)());
  } catch (problem) {
    if (problem instanceof ExpressionProblem) return refuse(problem.message);
    throw problem;
  }
}
