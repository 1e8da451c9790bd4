// Searches with Google's own client, page by page, and prints what it got. Run by test_clients.py.
import { factchecktools } from "@googleapis/factchecktools";

const service = factchecktools({ version: "v1alpha1", auth: "AIza-any", rootUrl: process.argv[2] });
const texts = [];
let pageToken, rating;
do {
  const { data } = await service.claims.search({ query: "nước lũ", languageCode: "vi-VN", pageSize: 2, pageToken });
  texts.push(...data.claims.map((claim) => claim.text));
  rating = data.claims[0].claimReview[0].textualRating;
  pageToken = data.nextPageToken;
} while (pageToken);

const refused = await service.claims.search({ languageCode: "vi" }).catch((error) => error);
const { status } = refused.response;
console.log(JSON.stringify({ texts: texts.sort(), rating, status, reason: refused.response.data.error.status }));
