// Reads the site with the SDK that @hey-api/openapi-ts generates. Run by test_typescript_clients.py.
import { getReview, listReviews, matchText } from "./hey";
import { client } from "./hey/client.gen";
import type { Review } from "./hey";

declare const process: { argv: string[] };

async function main(baseUrl: string): Promise<void> {
  client.setConfig({ baseUrl });
  const headlines: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await listReviews({ query: { language: ["vi"], page_size: 1, ...(cursor ? { cursor } : {}) } });
    const reviews: Review[] = data!.results;
    headlines.push(...reviews.map((review) => review.headline));
    cursor = data!.next ? (new URL(data!.next).searchParams.get("cursor") ?? undefined) : undefined;
  } while (cursor);

  const matching = await matchText({ body: { text: "nuoc lu len toi mai chua" } });
  const missing = await getReview({ path: { review_id: "00000000-0000-4000-8000-000000000000" } });
  console.log(
    JSON.stringify({
      headlines: headlines.sort(),
      method: matching.data && "method" in matching.data && matching.data.method,
      problem: [missing.error?.status, missing.error?.title],
    }),
  );
}

main(process.argv[2]);
