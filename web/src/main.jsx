// The page: a small header, and GraphiQL talking to /graphql beside it.
import "./workers.js";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { parse } from "graphql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

import { queryFromAddress, readSettings, storageOf } from "./settings.js";

const settings = readSettings();
const url = new URL("graphql", location.href).href;
// Connects when somebody subscribes, and not before.
const wsClient = createClient({ url: url.replace(/^http/, "ws") });
const ask = createGraphiQLFetcher({ url, wsClient });

/** GraphiQL tells what it has parsed, which right after typing is the text of before: then a subscription went by HTTP. */
function fetcher(request, options) {
  return ask(request, { ...options, documentAST: parsed(request.query) });
}

/** The document; undefined where the text is no GraphQL, which the server then says better. */
function parsed(text) {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function Header() {
  return (
    <header className="docgraph-header">
      <img src={new URL("./mark.svg", import.meta.url).href} alt="" width="20" height="20" />
      <h1>docgraph</h1>
      {settings.index && <span className="docgraph-index">{settings.index}</span>}
      <nav>
        <a href="schema.graphql">Schema</a>
        <a href="status">Status</a>
      </nav>
    </header>
  );
}

createRoot(document.getElementById("root")).render(
  <>
    <Header />
    <main className="docgraph-main">
      <GraphiQL
        fetcher={fetcher}
        defaultQuery={settings.exampleQuery}
        initialQuery={queryFromAddress()}
        storage={storageOf(settings.index)}
        defaultEditorToolsVisibility={false}
        schemaDescription
      >
        <GraphiQL.Logo>
          <></>
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  </>,
);
