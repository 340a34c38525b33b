"""What the server says over plain HTTP, and whom it lets in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from jobsync_server import PATIENCE, Server, connect

Launch = Callable[..., Server]


def test_health_metrics_and_page(launch: Launch) -> None:
    server = launch()
    health = server.http("GET", "/healthz")
    assert (health.status, json.loads(health.read())) == (200, {"status": "ok"})
    metrics = server.http("GET", "/metrics")
    assert metrics.status == 200
    assert re.search(rb"^# TYPE jobsync_\w+ (counter|gauge|histogram)$", metrics.read(), re.M)
    page = server.http("GET", "/")
    assert page.status == 200 and "text/html" in (page.getheader("Content-Type") or "")
    assert "default-src" in (page.getheader("Content-Security-Policy") or "")
    for path in ("/app.js", "/client/jobsync.js"):
        assert server.http("GET", path).status == 200, path
    for path in ("/nothing-here", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/.git"):
        assert server.http("GET", path).status in (400, 403, 404), path


def test_session_without_login(launch: Launch) -> None:
    session = launch().http("GET", "/session")
    answer = json.loads(session.read())
    assert session.status == 200
    assert answer["username"] == "local" and answer["auth"] == "none"
    assert "modify_options" in answer["permissions"]


def test_the_link_is_good_once(launch: Launch) -> None:
    server = launch(auth="token")
    assert server.link, server.said
    assert server.http("GET", "/session").status == 401
    path = server.link[server.link.index("/login") :]
    first = server.http("GET", path)
    assert (first.status, first.getheader("Location")) == (303, "/")
    cookie = first.getheader("Set-Cookie") or ""
    attributes = {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"}
    assert attributes <= set(cookie.split("; "))
    again = server.http("GET", path)
    assert again.status == 403 and b"link" in again.read()

    pair = cookie.split(";")[0]
    session = server.http("GET", "/session", Cookie=pair)
    assert session.status == 200 and json.loads(session.read())["auth"] == "token"
    own = f"http://{urlsplit(server.url).netloc}"
    headers = {"Cookie": pair, "Origin": own}
    with connect(server.socket, additional_headers=headers) as socket:
        socket.send('{"jsonrpc":"2.0","id":1,"method":"session.whoami"}')
        assert "result" in json.loads(socket.recv(timeout=PATIENCE))
    assert server.http("POST", "/logout", Cookie=pair, Origin=own).status == 204
    assert server.http("GET", "/session", Cookie=pair).status == 401


def test_logging_in_with_a_token(launch: Launch) -> None:
    server = launch(auth="token")
    wrong = server.http("POST", "/login", '{"token":"wrong"}', Content_Type="application/json")
    assert wrong.status == 401
    body = json.dumps({"token": server.token})
    right = server.http("POST", "/login", body, Content_Type="application/json")
    assert right.status == 204 and (right.getheader("Set-Cookie") or "").startswith("jobsync=")
    foreign = server.http("POST", "/login", body, Origin="http://evil.example")
    assert foreign.status == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example:9950"}],
    ids=str,
)
def test_pages_of_others_may_not_call(launch: Launch, headers: dict[str, str]) -> None:
    server = launch()
    assert server.http("POST", "/login", "{}", **headers).status == 403
    if "Origin" in headers:
        with pytest.raises(InvalidStatus) as refused:
            connect(server.socket, additional_headers=headers)
        assert refused.value.response.status_code == 403
