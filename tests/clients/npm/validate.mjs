// Judges schemas as graphql-js does, on which nearly every client and code generator stands.
//
//   node validate.mjs             prints the introspection query that asks for everything
//   node validate.mjs <folder>    for each x.json (an answer to it) and x.graphql (the SDL): both must be valid and the same schema
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, validateSchema } from "graphql";

const everything = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true };
const [folder] = process.argv.slice(2);
if (folder) {
  const judged = readdirSync(folder).filter((file) => file.endsWith(".json")).map((file) => [file, judge(join(folder, file))]);
  console.log(JSON.stringify(Object.fromEntries(judged)));
} else {
  console.log(getIntrospectionQuery(everything));
}

function judge(file) {
  const { data, errors } = JSON.parse(readFileSync(file, "utf8"));
  if (errors) return errors;
  const [told, written] = [buildClientSchema(data), buildSchema(readFileSync(file.replace(/json$/, "graphql"), "utf8"))];
  const mistakes = [...validateSchema(told), ...validateSchema(written)].map(({ message }) => message);
  const [one, other] = [told, written].map((schema) => printSchema(lexicographicSortSchema(schema)).split("\n"));
  const line = one.findIndex((text, number) => text !== other[number]);
  if (line >= 0 || one.length !== other.length) mistakes.push(`introspection: ${one[line]} SDL: ${other[line]}`);
  return mistakes;
}
