"""Where a record stands and what is wrong with it, each in a line that a test can spell out."""

from factcheck.exchange.results import Position, Problem, Refusal


def place(position: Position) -> str:
    """`line 4, /claims/0`, or `line 4` of a whole line."""
    return f"line {position.line}, {position.pointer}" if position.pointer else f"line {position.line}"


def told(problem: Problem) -> str:
    """`/url: is missing`, or the sentence alone of the record itself."""
    return f"{problem.pointer}: {problem.detail}" if problem.pointer else problem.detail


def why(refusal: Refusal) -> str:
    return "; ".join(told(problem) for problem in refusal.problems)
