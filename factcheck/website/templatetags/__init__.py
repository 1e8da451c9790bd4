"""Template filters and tags for published content. They format values and don't run queries."""
