"""The ways in which programs work with a newsroom: tokens, webhooks, and the jobs of the worker.

The API for programs that write belongs in `factcheck.editorial.programs`, and the sending of webhooks in
`factcheck.webhooks`.
"""
