"""Template filters and tags for published content. They format values and make no queries."""
