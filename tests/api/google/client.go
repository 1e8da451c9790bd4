// Searches with Google's own client, page by page, and prints what it got. Run by test_clients.py.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"sort"

	"google.golang.org/api/factchecktools/v1alpha1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
)

func main() {
	ctx := context.Background()
	service, err := factchecktools.NewService(ctx, option.WithEndpoint(os.Args[1]), option.WithAPIKey("AIza-any"))
	if err != nil {
		log.Fatal(err)
	}
	var texts []string
	var rating string
	pages := 0
	search := service.Claims.Search().Query("nước lũ").LanguageCode("vi-VN").PageSize(2)
	err = search.Fields("claims(text,claimReview/textualRating)", "nextPageToken").Pages(ctx,
		func(found *factchecktools.GoogleFactcheckingFactchecktoolsV1alpha1FactCheckedClaimSearchResponse) error {
			pages++
			for _, claim := range found.Claims {
				texts = append(texts, claim.Text)
				rating = claim.ClaimReview[0].TextualRating
			}
			return nil
		})
	if err != nil {
		log.Fatal(err)
	}
	sort.Strings(texts)

	var refused *googleapi.Error
	if _, err := service.Claims.Search().LanguageCode("vi").Do(); !errors.As(err, &refused) {
		log.Fatal(err)
	}
	statuses := []int{refused.Code}
	page := &factchecktools.GoogleFactcheckingFactchecktoolsV1alpha1ClaimReviewMarkupPage{PageUrl: "https://kiemchung.example/1"}
	if _, err := service.Pages.Create(page).Do(); !errors.As(err, &refused) {
		log.Fatal(err)
	}
	statuses = append(statuses, refused.Code)
	json.NewEncoder(os.Stdout).Encode(map[string]any{"texts": texts, "rating": rating, "pages": pages, "statuses": statuses})
}
