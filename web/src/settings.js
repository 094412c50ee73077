// What the server tells the page, and what the address bar says.

/** The server's settings: `index` (the name shown) and `exampleQuery` (what stands in a fresh editor). */
export function readSettings() {
  const { index = "", exampleQuery = "{\n  _meta {\n    block {\n      number\n    }\n  }\n}\n" } = JSON.parse(
    document.getElementById("docgraph").textContent,
  );
  return { index, exampleQuery };
}

/** A query given in the address, as in `/graphql?query={...}`; undefined without one. */
export function queryFromAddress() {
  return new URLSearchParams(location.search).get("query") ?? undefined;
}

/**
 * The browser's storage, seen through a prefix.
 *
 * Storage belongs to a host and port, and different indexes are served at the same one on different days: without
 * the prefix, yesterday's tabs would show up in today's index.
 */
export function storageOf(index) {
  const prefix = `docgraph:${index}:`;
  const own = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => own().forEach((key) => localStorage.removeItem(key)),
    get length() {
      return own().length;
    },
  };
}
