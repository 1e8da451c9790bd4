// Reads the site with openapi-fetch and the types of openapi-typescript. Run by test_typescript_clients.py.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Review = components["schemas"]["Review"];

declare const process: { argv: string[] };

async function main(baseUrl: string): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const headlines: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await client.GET("/api/v1/reviews/", {
      params: { query: { language: ["vi"], page_size: 1, ...(cursor ? { cursor } : {}) } },
    });
    const reviews: Review[] = data!.results;
    headlines.push(...reviews.map((review) => review.headline));
    cursor = data!.next ? (new URL(data!.next).searchParams.get("cursor") ?? undefined) : undefined;
  } while (cursor);

  const matching = await client.POST("/api/v1/match/", { body: { text: "nuoc lu len toi mai chua" } });
  const missing = await client.GET("/api/v1/reviews/{review_id}/", {
    params: { path: { review_id: "00000000-0000-4000-8000-000000000000" } },
  });
  const manifest = await client.GET("/api/v1/dumps/");
  console.log(
    JSON.stringify({
      headlines: headlines.sort(),
      method: matching.data && "method" in matching.data && matching.data.method,
      problem: [missing.error?.status, missing.error?.title],
      dumps: manifest.data?.results.length,
    }),
  );
}

main(process.argv[2]);
