"""The board of a newsroom: which claims somebody works on, who, until when, and what waits for a decision.

The page of the board is in `factcheck.editorial.desk.board`, and the table is in `factcheck.editorial.models.claims`.
"""
