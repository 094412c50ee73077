// PostGraphile over the tables of one Postgres schema, as its guide for production sets it up.
//
//     DSN=… SCHEMA=… CONNECTIONS=8 node server.mjs
//
// Says `listening on PORT`. Filters on every column and on relations come from the plugin; without
// PgIndexBehaviorsPlugin columns that have no index can be filtered by as well, as in docgraph.
import { createServer } from "node:http";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
  disablePlugins: ["NodePlugin", "PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: process.env.DSN,
      schemas: [process.env.SCHEMA],
      poolConfig: { max: Number(process.env.CONNECTIONS) },
    }),
  ],
  schema: { connectionFilterRelations: true },
  grafserv: { graphiql: false, websockets: false },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
