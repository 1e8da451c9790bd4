"""Pills: a verdict or a state as a sign and a word. The signs are in `pills.css`."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from factcheck.editorial.models import Verdict

# Below the first share of the scale a verdict is rather false, and above the second share it is rather true.
LOW, HIGH = 0.4, 0.6


def pill(kind: str, word: Any) -> SafeString:
    """For example, `pill("state-draft", _("draft"))`."""
    return format_html('<span class="pill {}">{}</span>', kind, capfirst(word))


def state_pill(row: Any) -> SafeString:
    """The state of a review or a demand."""
    return pill(f"state-{row.state}", row.get_state_display())


def verdict_pill(verdict: Verdict | None, label: str) -> SafeString | str:
    """The verdict's label, which can be the original label of an imported review. "" without a label."""
    return pill(f"tone-{tone_of(verdict)}", label) if label else ""


def tone_of(verdict: Verdict | None) -> str:
    """Whether the verdict is in the low, middle or high part of its scale, or "none" if it has no position."""
    if verdict is None or verdict.value is None:
        return "none"
    share = (verdict.value - verdict.scale.worst) / (verdict.scale.best - verdict.scale.worst)
    return "low" if share < LOW else "high" if share > HIGH else "middle"
