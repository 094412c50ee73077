// Builds the page into the Python package.
//
// The server answers with index.html at "/" and at "/graphql", and serves everything else beneath "/static/".
// So the page names its files relative to itself as "static/...", and they name each other relative to themselves:
// that works at both addresses and behind a proxy that adds a prefix.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/docgraph/server/static",
    emptyOutDir: true,
    target: "es2022",
    // No inline assets: a strict Content-Security-Policy refuses data: addresses.
    assetsInlineLimit: 0,
    // The editor is one large file; there is nothing to split that the page does not need at once.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      // "use client" means something to server-side rendering only.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
  experimental: {
    renderBuiltUrl: (filename, { hostType }) => (hostType === "html" ? `static/${filename}` : { relative: true }),
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(["/graphql", "/schema.graphql", "/status"].map((path) => [path, "http://127.0.0.1:8000"])),
  },
});
