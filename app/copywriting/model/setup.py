"""Which model this installation writes with, if any."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelSetup:
    """`model` as LiteLLM spells it. `environment` is all that the model's process sees of ours.

    `seconds` is how long one answer may take, `at_once` how many a batch waits for at a time.
    """

    model: str
    key: str = field(default="", repr=False)
    base: str = ""
    seconds: float = 120.0
    at_once: int = 5
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """Who writes, for people: the model, and the server when it is not the provider's own."""
        # Not what may stand before an @.
        host = urlsplit(self.base).netloc.rpartition("@")[2]
        return f"{self.bare_name} at {host}" if host else self.bare_name

    @property
    def bare_name(self) -> str:
        """The model alone, for whoever need not know where it runs."""
        return self.model.removeprefix("openai/") if self.base else self.model

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be said in any message."""
        said = [value for name, value in self.environment if _secret(name)]
        password = urlsplit(self.base).password or ""
        return tuple(each for each in (self.key, password, *said) if len(each) >= 8)


def model_setup(settings: Settings) -> ModelSetup | None:
    """The configured model; None where the built-in writer writes alone."""
    if not settings.llm_model:
        return None
    model = settings.llm_model
    if settings.llm_api_base and "/" not in model:
        model = f"openai/{model}"
    return ModelSetup(
        model=model,
        key=settings.llm_api_key,
        base=settings.llm_api_base,
        seconds=float(settings.llm_timeout_seconds),
        at_once=settings.llm_concurrency,
        environment=tuple(sorted(settings.llm_environment.items())),
    )


def _secret(name: str) -> bool:
    return any(each in name.upper() for each in ("KEY", "TOKEN", "SECRET", "PASSWORD"))
