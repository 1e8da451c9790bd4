"""Lists of what is public: orders, pages and counts, for the API, the website, Google's form and the assistants.

The package knows no HTTP. The parameters of the API are in `api.lists`, and the filters of pages in `website`.
"""
