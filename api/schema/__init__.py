"""The OpenAPI document: written beside the code that it describes, checked against real answers in the tests."""
