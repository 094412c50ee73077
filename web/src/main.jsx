// The page: a small header, and GraphiQL talking to /graphql beside it.
import "./workers.js";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { queryFromAddress, readSettings, storageOf } from "./settings.js";

const settings = readSettings();
const fetcher = createGraphiQLFetcher({ url: new URL("graphql", location.href).href });

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
