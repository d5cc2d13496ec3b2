"""What people read when a variation was not written: what happened and what to do."""

from __future__ import annotations

from app.copywriting.model.setup import ModelSetup

_SENTENCES = {
    "timeout": (
        "{name} did not answer within {seconds:.0f} seconds. Try this one again; if it happens "
        "often, raise LLM_TIMEOUT_SECONDS or choose a faster model."
    ),
    "down": "{name} could not be reached or is unwell{detail}. Try this one again in some minutes.",
    "rate_limited": (
        "{name} takes no more requests for now{detail}. Try this one again in some minutes; if it "
        "stays so, look at the limits and the credit of the provider's account."
    ),
    "refused": (
        "{name} refused to write this{detail}. Change what the brief says, or try it again."
    ),
    "malformed": (
        "{name} answered twice without a whole text for this place. Try it again; if it happens "
        "often, a larger model does better."
    ),
    "not_set_up": (
        "{name} did not accept the request{detail}. Whoever runs this installation should check "
        "LLM_MODEL, LLM_API_KEY and LLM_API_BASE."
    ),
    "too_long": (
        "{name} wrote more than this platform takes, and again when told so. Nothing is cut to "
        "fit: try this one again."
    ),
    "too_alike": (
        "{name} wrote nearly what another variation says, and again when told so. Try this one "
        "again, or give the brief another benefit or fact to start from."
    ),
    "cancelled": "Cancelled before this one was written.",
    "too_dear": (
        "This month's cap for language models is reached, so {name} was not asked for this one. "
        "Raise the cap in Settings, then try it again."
    ),
}


def sentence(code: str, setup: ModelSetup, detail: str = "") -> str:
    """The sentence for a code of `NotWritten`; `detail` is the provider's own word."""
    said = f" ({detail.rstrip('.')})" if detail else ""
    known = _SENTENCES.get(code, "This one was not written ({code}).")
    return known.format(name=setup.name, seconds=setup.seconds, detail=said, code=code)
