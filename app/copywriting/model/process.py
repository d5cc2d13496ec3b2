"""The process that speaks to language models, so that no web process has to load LiteLLM.

It takes about 190 MB, and 3 to 13 seconds of CPU before its first answer. `door.py` starts it as
`python -I process.py`, so that nothing of the app is loaded, and talks to it in lines of JSON: on
standard input how to reach the model and then requests, on standard output what became of them.
It ends when standard input does, which is when its parent ends in whatever way, and after a
while without requests. Keys come in the first line and go nowhere but to the provider.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import select
import sys
import threading
from functools import partial
from typing import Any, NoReturn

LONGEST_LINE = 16 * 1024 * 1024
DETAIL = 300
_MESSAGE = re.compile(r'"message"\s*:\s*"((?:[^"\\]|\\.)+)"')
_NAMES = re.compile(r"^(?:[\w.]*(?:Error|Exception|Timeout)[:\s-]+)+")


def main() -> None:
    """Serve until standard input ends or nobody asks any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # LiteLLM prints; only our lines may reach whoever started us.
    lines = os.dup(1)
    os.dup2(2, 1)
    import litellm  # noqa: PLC0415 - what it prints on import must not reach our lines

    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    # From here on a key could be in what it prints.
    os.dup2(silence, 2)
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    asyncio.run(_serve(litellm, lines))


def _end_with_parent() -> NoReturn:
    """Wait for the other end of standard input to close, even while LiteLLM is imported."""
    closing = select.poll()
    closing.register(0, 0)
    closing.poll()
    _end()


def _end() -> NoReturn:
    """At once: what LiteLLM does in the background is not waited for."""
    os._exit(0)


async def _serve(litellm: Any, lines: int) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(partial(asyncio.StreamReaderProtocol, reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(lines, "wb", 0)
    )
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    first = await reader.readline()
    if first:
        await _Service(litellm, json.loads(first), writer).serve(reader)
    _end()


class _Service:
    def __init__(self, litellm: Any, first: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self._provider = _Provider(litellm, first)
        self._idle: float = first["idle_seconds"]
        self._writer = writer
        self._flying: dict[int, asyncio.Task[None]] = {}

    async def serve(self, reader: asyncio.StreamReader) -> None:
        self._say({"ready": True, **await self._provider.prepare()})
        while line := await self._next(reader):
            asked = json.loads(line)
            number = asked["id"]
            if "messages" in asked:
                self._flying[number] = asyncio.create_task(self._answer(asked))
            elif number in self._flying:
                self._flying.pop(number).cancel()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        """The next line; none when input has ended or nobody asks any more."""
        while True:
            try:
                return await asyncio.wait_for(reader.readline(), self._idle)
            except TimeoutError:
                if not self._flying:
                    return b""

    async def _answer(self, asked: dict[str, Any]) -> None:
        try:
            self._say({"id": asked["id"], **await self._provider.complete(asked)})
        finally:
            self._flying.pop(asked["id"], None)

    def _say(self, what: dict[str, Any]) -> None:
        self._writer.write(json.dumps(what).encode() + b"\n")


class _Provider:
    """LiteLLM with our rules: one attempt, our deadline, failures as words of ours."""

    def __init__(self, litellm: Any, first: dict[str, Any]) -> None:
        self._litellm = litellm
        self._secrets = [each for each in first["secrets"] if each]
        self._reach = {
            "model": first["model"],
            "api_base": first["base"] or None,
            "api_key": first["key"] or None,
        }
        # Whether to ask for an answer by schema; a server of one's own may know how to.
        self._schema = bool(first["base"])
        self._most_tokens: int | None = None

    async def prepare(self) -> dict[str, Any]:
        """Learn what is known of the model, and load what LiteLLM loads with its first answer."""
        litellm, base = self._litellm, self._reach["api_base"]
        try:
            litellm.get_llm_provider(self._reach["model"])
        except litellm.BadRequestError:
            if base:
                self._reach["model"] = f"openai/{self._reach['model']}"
        if base and not self._reach["api_key"]:
            # The client insists on one; a server of one's own asks for none.
            self._reach["api_key"] = "none"
        self._schema = self._schema or litellm.supports_response_schema(self._reach["model"])
        price = self._known()
        mocked = {"role": "user", "content": "."}
        await litellm.acompletion(model="gpt-4o", messages=[mocked], mock_response=".")
        return price

    def _known(self) -> dict[str, Any]:
        try:
            known = self._litellm.get_model_info(self._reach["model"])
        except self._litellm.exceptions.ModelNotMappedError:
            return {"price_in": None, "price_out": None}
        self._most_tokens = known.get("max_output_tokens")
        per_token = known.get("input_cost_per_token"), known.get("output_cost_per_token")
        return dict(
            zip(
                ("price_in", "price_out"),
                (None if each is None else f"{each:.12f}" for each in per_token),
                strict=True,
            )
        )

    async def complete(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(asked["seconds"]):
                response = await self._asked_by_schema(asked)
            return self._answer(response)
        except TimeoutError:
            return {"failed": "timeout"}
        except Exception as error:  # noqa: BLE001 - the edge: one bad answer must not end the process
            return self._failed(error)

    async def _asked_by_schema(self, asked: dict[str, Any]) -> Any:
        if not self._schema:
            return await self._ask(asked)
        wanted = {"name": "variations", "strict": True, "schema": asked["schema"]}
        try:
            return await self._ask(asked, {"type": "json_schema", "json_schema": wanted})
        except (
            self._litellm.BadRequestError,
            self._litellm.UnprocessableEntityError,
        ) as error:
            said = str(error).lower()
            if not any(each in said for each in ("response_format", "schema", "unsupported")):
                raise
        self._schema = False
        return await self._ask(asked)

    async def _ask(self, asked: dict[str, Any], form: dict[str, Any] | None = None) -> Any:
        return await self._litellm.acompletion(
            **self._reach,
            messages=asked["messages"],
            max_tokens=min(asked["tokens"], self._most_tokens or asked["tokens"]),
            timeout=asked["seconds"],
            max_retries=0,
            num_retries=0,
            **({"response_format": form} if form else {}),
        )

    def _answer(self, response: Any) -> dict[str, Any]:
        choice = response.choices[0]
        refusal = (getattr(choice.message, "provider_specific_fields", None) or {}).get("refusal")
        usage = getattr(response, "usage", None)
        told = {
            "text": choice.message.content or "",
            "tokens_in": getattr(usage, "prompt_tokens", 0) or 0,
            "tokens_out": getattr(usage, "completion_tokens", 0) or 0,
            "cost": self._cost(response),
        }
        if choice.finish_reason == "content_filter" or (refusal and not told["text"]):
            return {**told, "failed": "refused", "detail": self._clean(refusal or "")}
        return told

    def _cost(self, response: Any) -> str | None:
        try:
            cost = self._litellm.completion_cost(response, model=self._reach["model"])
        except Exception:  # noqa: BLE001 - it raises bare ones for unknown prices; the text counts
            return None
        return f"{cost:.10f}"

    def _failed(self, error: Exception) -> dict[str, Any]:
        return {
            "failed": self._code(error),
            "detail": self._clean(str(getattr(error, "message", None) or error)),
            "retry_after": _retry_after(error),
        }

    def _code(self, error: Exception) -> str:
        known = self._litellm
        for code, kinds in (
            ("timeout", (known.Timeout,)),
            ("rate_limited", (known.RateLimitError,)),
            ("refused", (known.ContentPolicyViolationError,)),
            (
                "not_set_up",
                (
                    known.AuthenticationError,
                    known.PermissionDeniedError,
                    known.NotFoundError,
                    known.BadRequestError,
                    known.UnprocessableEntityError,
                ),
            ),
        ):
            if isinstance(error, kinds):
                return code
        return "down"

    def _clean(self, detail: str) -> str:
        """The provider's own words, without the names LiteLLM puts before them."""
        said = _MESSAGE.search(detail)
        detail = said[1].replace('\\"', '"') if said else _NAMES.sub("", detail)
        for secret in self._secrets:
            detail = detail.replace(secret, "…")
        return " ".join(detail.split())[:DETAIL]


def _retry_after(error: Exception) -> float | None:
    """Seconds the provider asks to wait; a date is as good as no hint."""
    headers = getattr(error, "litellm_response_headers", None)
    if not headers:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None


if __name__ == "__main__":
    main()
