// What the types of a generated client say must be what docgraph answers: compiled, never run.
import { graphql, useFragment, type FragmentType } from "./gql/index.js";
import type { AllQuery, AllQueryVariables } from "./gql/graphql.js";

graphql(`query All($where: Page_filter, $order: Page_orderBy = title, $block: Block_height, $first: Int = 5) {
  pages(where: $where, orderBy: $order, block: $block, first: $first) {
    __typename id title kind words views size price share open hash day at seen extra _draft tags
    author { name } editor { id } notes(where: { title_not: "" }) { id }
    subject { __typename ... on Note { title } ... on Topic { name } }
  }
  docs { ...Heading ... on Page { words } }
  page(id: "a") { id }
  _meta { block { number hash timestamp } hasIndexingErrors }
}`);
export const heading = graphql(`fragment Heading on Doc { title }`);
export const read = (found: FragmentType<typeof heading>): string => useFragment(heading, found).title;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const right = <T extends true>(..._: T[]) => {};
type Page = AllQuery["pages"][number];

right<Same<Page["__typename"], "Page">>();
right<Same<[Page["id"], Page["title"], Page["day"]], [string, string, string]>>();
right<Same<Page["kind"], "GUIDE" | "NOTE" | null>>();
right<Same<[Page["words"], Page["share"], Page["open"], Page["_draft"]], [number | null, number, boolean, boolean]>>();
right<Same<[Page["views"], Page["size"], Page["price"]], [string, string, string | null]>>();
right<Same<[Page["hash"], Page["at"], Page["seen"]], [string | null, string | null, string | null]>>();
right<Same<Page["extra"], unknown>>();
right<Same<[Page["tags"], Page["author"], Page["editor"]], [Array<string>, { name: string }, { id: string } | null]>>();
right<Same<Page["notes"], Array<{ id: string }>>>();
right<Same<NonNullable<Page["subject"]>["__typename"], "Note" | "Topic">>();
right<Same<AllQuery["page"], { id: string } | null>>();
right<Same<NonNullable<AllQuery["_meta"]>["block"], { number: number; hash: string | null; timestamp: number | null }>>();

export const given: AllQueryVariables[] = [
  {},
  { where: null, first: null, block: { number_gte: 3 }, order: "author__name" },
  { where: { size_gt: 7, price_in: ["0.1", 2], kind_not: "NOTE", not: { author_: { name_contains: "x" } } } },
  { where: { and: [{ notes_none: {} }, { _draft: true }], _change_block: { number_gte: 2 }, seen_lt: "1" } },
  // @ts-expect-error an enum has no other values
  { where: { kind: "BOOK" } },
  // @ts-expect-error lists cannot be ordered by
  { order: "tags" },
  // @ts-expect-error whole numbers are no texts
  { where: { words: "7" } },
];
