"""The one door out, over a mocked wire and over a real socket that misbehaves."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec
import pytest
import requests
import responses

from app.connectors.errors import Temporary, Throttled
from app.connectors.http import Answer, Attachment, Http
from tests.connectors.conftest import Clock

URL = "https://ads.example.com/figures"
EMPTY_LIST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]"
LIST = msgspec.json.Decoder(list[int])


def body(text: bytes) -> Answer:
    return Answer("ads.example.com", 200, {}, text)


def failing(times: int, error: Exception) -> Callable[[], str]:
    """Something that fails so many times and then answers."""
    left = [error] * times

    def attempt() -> str:
        if left:
            raise left.pop()
        return "answer"

    return attempt


@contextmanager
def server(reply: bytes) -> Iterator[str]:
    """A socket that sends these bytes to every caller and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listening.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(65536)
                    caller.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "answered with nothing"),
        (b"<!DOCTYPE html><h1>Bad gateway</h1>", "a web page instead of data"),
        (b"[1, 2, ", "breaks off or is not JSON"),
        (b'["\xff"]', "breaks off or is not JSON"),
        (b'{"data": []}', "unexpected form"),
        (b"[" * 100_000, "breaks off or is not JSON"),
    ],
)
def test_an_unusable_answer_is_temporary_and_says_why(text: bytes, says: str) -> None:
    decoder: msgspec.json.Decoder[object] = msgspec.json.Decoder(
        object if text.startswith((b"[[", b'["')) else list[int]
    )
    with pytest.raises(Temporary, match=says):
        body(text).decode(decoder)


def test_a_good_answer_is_decoded_to_its_type() -> None:
    assert body(b"[1, 2]").decode(LIST) == [1, 2]


def test_it_sends_json_forms_and_its_name(wire: responses.RequestsMock, http: Http) -> None:
    wire.post(URL, json={})
    wire.post(URL, json={})
    http.ask("POST", URL, json={"query": "{ shop }"}, headers={"X-Token": "t"})
    http.ask("POST", URL, form={"code": "a b"})
    first, second = (call.request for call in wire.calls)
    assert first.body == b'{"query":"{ shop }"}'
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["X-Token"] == "t"
    assert second.body == "code=a+b"
    assert second.headers["User-Agent"] == "growzzy-os"
    assert http.requests_made == 2


def test_a_file_travels_inside_a_form(wire: responses.RequestsMock, http: Http) -> None:
    picture = Attachment("image_file", "tent.jpg", b"a picture", "image/jpeg")
    wire.post(
        URL,
        json=[],
        match=[
            responses.matchers.multipart_matcher(
                {"image_file": ("tent.jpg", b"a picture", "image/jpeg")}, {"name": "tent 日本"}
            )
        ],
    )
    assert http.ask("POST", URL, form={"name": "tent 日本"}, content=picture).decode(LIST) == []


def test_a_redirect_is_not_followed(wire: responses.RequestsMock, http: Http) -> None:
    wire.get(URL, status=302, headers={"Location": "https://elsewhere.example.com/"})
    with pytest.raises(Temporary, match="another address"):
        http.ask("GET", URL)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (requests.ConnectTimeout, "did not answer in time"),
        (requests.ReadTimeout, "did not answer in time"),
        (requests.exceptions.SSLError, "did not prove who it is"),
        (requests.exceptions.ChunkedEncodingError, "broke off"),
        (requests.ConnectionError, "could not be reached"),
        (requests.exceptions.InvalidURL, "could not be asked"),
    ],
)
def test_a_broken_wire_is_temporary_and_never_shows_the_token(
    wire: responses.RequestsMock, http: Http, error: type[Exception], says: str
) -> None:
    wire.get(URL, body=error(f"Max retries exceeded with url: {URL}?access_token=canary"))
    with pytest.raises(Temporary, match=says) as caught:
        http.ask("GET", URL, params={"access_token": "canary"})
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_body_that_is_too_long_is_refused(wire: responses.RequestsMock, http: Http) -> None:
    wire.get(URL, body=b"x" * 3_000_000)
    with pytest.raises(Temporary, match="more than 2 MB"):
        http.ask("GET", URL, largest=2 << 20)


def lines(http: Http, url: str, *, largest: int = 1 << 30) -> list[bytes]:
    return list(http.lines(url, largest=largest, seconds=60))


def test_a_file_comes_line_by_line_without_credentials(
    wire: responses.RequestsMock, http: Http
) -> None:
    rows = [b'{"row": %d}' % number for number in range(60_000)]
    wire.get(f"{URL}?signature=canary", body=b"\n".join(rows) + b"\n")
    assert lines(http, f"{URL}?signature=canary") == rows
    sent = wire.calls[0].request.headers
    assert not {"Authorization", "Cookie", "X-Shopify-Access-Token"} & set(sent)
    wire.get(URL, body=b"one\ntwo")
    assert lines(http, URL) == [b"one", b"two"]


def test_a_file_that_is_not_whole_is_temporary(wire: responses.RequestsMock, http: Http) -> None:
    wire.get(URL, body="Expired", status=403)
    with pytest.raises(Temporary, match="HTTP 403"):
        lines(http, URL)
    wire.get(URL, body="12345\n" * 10)
    with pytest.raises(Temporary, match="more than"):
        lines(http, URL, largest=30)
    cut = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 30\r\n\r\none\ntwo\n"
    wire.add_passthru("http://127.0.0.1")
    with server(cut) as url, pytest.raises(Temporary, match=r"broke off|cut"):
        lines(http, url)


def test_a_file_is_not_fetched_from_where_it_redirects(
    wire: responses.RequestsMock, http: Http
) -> None:
    wire.get(URL, status=302, headers={"Location": "http://169.254.169.254/"})
    with pytest.raises(Temporary, match="another address"):
        lines(http, URL)


def test_a_connection_cut_in_the_middle_is_temporary(http: Http) -> None:
    with (
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[1, 2") as url,
        pytest.raises(Temporary, match="broke off"),
    ):
        http.ask("GET", url)


def test_a_connection_cut_before_the_answer_is_temporary(http: Http) -> None:
    with server(b"") as url, pytest.raises(Temporary, match="could not be reached"):
        http.ask("GET", url)


def test_a_drip_of_bytes_does_not_hold_it_for_ever() -> None:
    ticks = iter(range(0, 1000, 100))
    with (
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n" + b"x" * 600_000) as url,
        Http(clock=lambda: float(next(ticks))) as slow,
        pytest.raises(Temporary, match="did not answer in time"),
    ):
        slow.ask("GET", url)


def test_a_proxy_does_not_stand_before_this_machine(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with server(EMPTY_LIST) as url:
        assert http.ask("GET", url).body == b"[]"


def test_no_cookie_of_one_answer_goes_into_the_next_request(
    wire: responses.RequestsMock, http: Http
) -> None:
    for _ in range(2):
        wire.get(URL, json=[], headers={"Set-Cookie": "who=alice; Path=/"})
        http.ask("GET", URL)
    assert "Cookie" not in wire.calls[1].request.headers


def test_one_door_serves_several_threads(http: Http) -> None:
    with server(EMPTY_LIST) as url, ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: http.ask("GET", url).body, range(40)))
    assert bodies == [b"[]"] * 40
    assert http.requests_made == 40


def test_no_log_line_holds_a_query(
    wire: responses.RequestsMock, http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.get(URL, json=[])
    http.ask("GET", URL, params={"access_token": "canary"})
    assert "ads.example.com" in caplog.text
    assert "canary" not in caplog.text


def test_it_asks_again_and_waits_longer_each_time(http: Http, clock: Clock) -> None:
    assert http.retry(failing(4, Temporary("no"))) == "answer"
    assert clock.slept == [5, 10, 20, 40]


def test_after_five_attempts_the_error_is_let_go(http: Http, clock: Clock) -> None:
    with pytest.raises(Temporary):
        http.retry(failing(5, Temporary("no")))
    assert len(clock.slept) == 4


def test_retries_never_outlast_its_patience(clock: Clock) -> None:
    with (
        Http(patience=12, sleep=clock.sleep, clock=clock.seconds, jitter=lambda: 0.0) as http,
        pytest.raises(Temporary),
    ):
        http.retry(failing(9, Temporary("no")))
    assert clock.slept == [5]


def test_a_platforms_own_hint_is_kept_to(http: Http, clock: Clock) -> None:
    http.retry(failing(1, Temporary("no", retry_after=33)))
    assert clock.slept == [33]


def test_a_throttled_request_is_not_repeated(http: Http, clock: Clock) -> None:
    with pytest.raises(Throttled):
        http.retry(failing(1, Throttled("slow down", retry_after=60)))
    assert clock.slept == []


def test_waits_are_shortened_at_random_by_up_to_half(clock: Clock) -> None:
    with Http(sleep=clock.sleep, clock=clock.seconds, jitter=lambda: 1.0) as http:
        http.retry(failing(1, Temporary("no")))
    assert clock.slept == [2.5]


def test_a_budget_may_pause_it_before_every_request(
    wire: responses.RequestsMock, clock: Clock
) -> None:
    wire.get(URL, json=[])
    with Http(pause=lambda: 7.0, sleep=clock.sleep) as http:
        http.ask("GET", URL)
    assert clock.slept == [7.0]
