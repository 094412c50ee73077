// Subscribes as a frontend does, and prints each answer as a line: node client.mjs ws|sse <address> <query>
import { createClient as overEvents } from "graphql-sse";
import { createClient as overSocket } from "graphql-ws";

const [way, address, query] = process.argv.slice(2);
const client =
  way === "ws" ? overSocket({ url: address.replace(/^http/, "ws"), retryAttempts: 0 }) : overEvents({ url: address, retryAttempts: 0 });

client.subscribe(
  { query },
  {
    next: (answer) => console.log(JSON.stringify(answer)),
    error: (error) => console.log(JSON.stringify({ failed: error.message ?? error })),
    complete: () => console.log(JSON.stringify({ complete: true })),
  },
);
