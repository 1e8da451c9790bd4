// Asks the tools for assistants with the protocol's own client, and prints what it got. Run by test_assistants.py.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const client = new Client({ name: "test", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
const { tools } = await client.listTools();
// The client compares each structured answer with the tool's schema.
const found = await client.callTool({ name: "search_reviews", arguments: { q: "nuoc lu mai chua" } });
const refused = await client.callTool({ name: "get_review", arguments: { review: "nothing" } });
await client.close();
const names = tools.map((tool) => tool.name).sort();
const ids = found.structuredContent.results.map((review) => review.id);
console.log(JSON.stringify({ names, ids, refused: refused.isError }));
