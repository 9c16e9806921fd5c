"""The sample service: a small tea shop in one file, run by any Python from 3.9 on as `python3 shop.py --port N`.

It is the artifact that gets released, so it imports nothing but the standard library. How it behaves is read from a
`shop.json` beside it and from `--set NAME=JSON`; the names are the fields of `Settings`. It listens on 127.0.0.1 only,
keeps nothing between requests (a cart lives in its visitor's cookie, so any instance of any version can serve it),
and names its version in `X-Version` on every answer.

On SIGTERM it answers `Connection: close` for `LINGER` seconds, then closes idle connections, finishes what it is
still answering, and exits 0.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import html
import json
import random
import re
import signal
import string
import sys
import zlib
from pathlib import Path
from typing import Any, Callable, NamedTuple  # noqa: UP035  (Callable is called for when an old Python runs this)

LINGER = 0.3
"""Seconds between SIGTERM and the end of idle connections: a request that is on its way is still answered."""
MAX_HEAD, MAX_BODY = 16_384, 65_536
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict"}
REASONS.update({413: "Content Too Large", 431: "Request Header Fields Too Large", 500: "Internal Server Error"})
REASONS.update({501: "Not Implemented", 503: "Service Unavailable"})


@dataclasses.dataclass(frozen=True)
class Settings:
    """How an instance behaves. Faults spare /health, except those that are about it."""

    version: str = "0"
    error_rate: float = 0.0
    """Share of requests answered 500."""
    slow_rate: float = 0.0
    """Share of requests answered `slow_ms` milliseconds late."""
    slow_ms: float = 0.0
    start_delay: float = 0.0
    """Seconds until it is ready; before that everything is answered 503."""
    never_ready: bool = False
    exit_at_start: int = 0
    """Exit code to end with at once; 0 runs."""
    fails_after: dict[str, float] | None = None
    """`{"seconds": 20, "error_rate": 0.5}`: the error rate from 20 s after the first request for a page on."""
    seed: int = 0
    """The dice are seeded with this, the version and the port."""


def read_settings(values: dict[str, Any]) -> Settings:
    """Raises ValueError with every mistake, one a line."""
    wrong = [
        f"unknown setting {name!r}; there are {', '.join(f.name for f in dataclasses.fields(Settings))}"
        for name in sorted(values.keys() - {f.name for f in dataclasses.fields(Settings)})
    ]

    def want(name: str, right: str, accepts: Callable[[Any], bool]) -> None:
        if name in values and not accepts(values[name]):
            wrong.append(f"{name} is {values[name]!r}, but must be {right}")

    def number(value: Any, highest: float) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= highest

    def failure(value: Any) -> bool:
        return value is None or (
            isinstance(value, dict)
            and value.keys() == {"seconds", "error_rate"}
            and number(value["seconds"], 86_400)
            and number(value["error_rate"], 1)
        )

    letters = re.compile(r"[A-Za-z0-9._+-]{1,64}")
    want("version", "1 to 64 of A-Z a-z 0-9 . _ + -", lambda v: isinstance(v, str) and bool(letters.fullmatch(v)))
    for name in ("error_rate", "slow_rate"):
        want(name, "a share between 0 and 1", lambda v: number(v, 1))
    want("slow_ms", "milliseconds between 0 and 600000", lambda v: number(v, 600_000))
    want("start_delay", "seconds between 0 and 3600", lambda v: number(v, 3600))
    want("never_ready", "true or false", lambda v: isinstance(v, bool))
    want("exit_at_start", "an exit code between 0 and 255", lambda v: isinstance(v, int) and number(v, 255))
    want("fails_after", 'like {"seconds": 20, "error_rate": 0.5}', failure)
    want("seed", "a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool))
    if wrong:
        raise ValueError("\n".join(wrong))
    return Settings(**values)


# --- the shop ------------------------------------------------------------------------------------------------------


class Product(NamedTuple):
    sku: str
    name: str
    note: str
    cents: int
    colour: str


PRODUCTS = (
    Product("assam", "Assam second flush", "Malty and brisk. Loose leaf, 100 g.", 890, "#a4512b"),
    Product("sencha", "Sencha of the year", "Grass, sea, a little sweetness. 80 g.", 1240, "#5d8a3a"),
    Product("oolong", "Roasted oolong", "Chestnut and warm stone. 75 g.", 1590, "#8a6a3a"),
    Product("rooibos", "Rooibos with orange", "No caffeine, no regret. 100 g.", 720, "#c4602f"),
    Product("pot", "Cast-iron pot", "Holds 0.8 l, and holds the heat.", 4900, "#3c4650"),
    Product("cup", "Two stoneware cups", "Glazed by hand, no two alike.", 2600, "#7289a0"),
)
BY_SKU = {p.sku: p for p in PRODUCTS}

PAGE = string.Template("""<!doctype html><html lang="en"><meta charset="utf-8"><title>Leaf &amp; Kettle</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><style>
:root{--hue:$hue;--accent:hsl(var(--hue) 55% 38%)}*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#22272b;background:#f7f5f1}
header,main,footer{max-width:60rem;margin:auto;padding:1.2rem}
header{display:flex;align-items:baseline;gap:1rem}h1{font-size:1.5rem;margin:0;flex:1}
.version{background:var(--accent);color:#fff;border-radius:1rem;padding:.1rem .8rem;font-size:.85rem}
main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr))}
article{background:#fff;border-radius:.6rem;overflow:hidden;box-shadow:0 1px 3px #0002;
display:flex;flex-direction:column}
i{display:block;height:5.5rem;background:radial-gradient(circle at 30% 20%,#fff6,transparent 60%),var(--c)}
h2{font-size:1.05rem;margin:.8rem 1rem 0}p{margin:.2rem 1rem;color:#5b646b;flex:1}
div{display:flex;justify-content:space-between;align-items:center;padding:.6rem 1rem 1rem}
button{font:inherit;border:0;border-radius:.4rem;padding:.3rem .9rem;background:var(--accent);color:#fff;cursor:pointer}
footer{color:#7b848b;font-size:.85rem}</style>
<header><h1>Leaf &amp; Kettle</h1><span class="version">version $version</span>
<span>Cart: <b id="count">$count</b></span></header><main>
$products</main><footer>Six things worth having. Nothing is sold here: this is gonogo's sample service.</footer>
<script>addEventListener("click",async e=>{const sku=e.target.dataset.sku;if(!sku)return;
const a=await fetch("/api/cart",{method:"POST",body:JSON.stringify({sku})});
document.getElementById("count").textContent=a.ok?(await a.json()).count:"error "+a.status})</script></html>
""")
CARD = string.Template("""<article style="--c:$colour"><i></i><h2>$name</h2><p>$note</p>
<div><b>€ $price</b><button data-sku="$sku">Add to cart</button></div></article>
""")


class Request(NamedTuple):
    method: str
    path: str
    cookie: str
    body: bytes
    keep: bool
    """Whether the client lets the connection go on."""


class Answer(NamedTuple):
    status: int
    type: str
    body: bytes
    headers: str = ""


def as_json(status: int, value: Any, headers: str = "") -> Answer:
    return Answer(status, "application/json", json.dumps(value).encode() + b"\n", headers)


def problem(status: int, path: str, message: str, headers: str = "") -> Answer:
    """What went wrong, as JSON under /api/ and as a page elsewhere. `message` may hold what the client sent."""
    if path.startswith("/api/"):
        return as_json(status, {"error": message}, headers)
    title = f"{status} {REASONS[status]}"
    page = f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>{html.escape(message)}</p></html>\n"
    return Answer(status, "text/html; charset=utf-8", page.encode(), headers)


def price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def read_cart(cookie: str) -> dict[str, int]:
    """`cart=assam:2.cup:1` → quantities. What isn't a product or a sane quantity is dropped: a cookie is hearsay."""
    found = re.search(r"(?:^|;\s*)cart=([a-z0-9:.]*)", cookie)
    cart: dict[str, int] = {}
    for part in found[1].split(".") if found else ():
        sku, _, count = part.partition(":")
        if sku in BY_SKU and re.fullmatch(r"[1-9][0-9]?", count):
            cart[sku] = int(count)
    return cart


def show_cart(cart: dict[str, int]) -> dict[str, Any]:
    lines = [
        {"sku": s, "name": BY_SKU[s].name, "quantity": n, "price": price(BY_SKU[s].cents)} for s, n in cart.items()
    ]
    total = sum(BY_SKU[s].cents * n for s, n in cart.items())
    return {"items": lines, "count": sum(cart.values()), "total": price(total)}


def set_cart(cart: dict[str, int]) -> str:
    value = ".".join(f"{sku}:{count}" for sku, count in cart.items())
    return f"Set-Cookie: cart={value}; Path=/; SameSite=Lax; HttpOnly\r\n"


class Shop:
    """What all connections of an instance share."""

    def __init__(self, settings: Settings, port: int, now: float) -> None:
        self.settings = settings
        self.ready_at = now + settings.start_delay
        self.first_request: float | None = None
        self.leaving = False
        self.connections: set[Connection] = set()
        self.dice = random.Random(f"{settings.seed} {settings.version} {port}")
        self.orders = 0
        self.products = as_json(
            200, [{"sku": p.sku, "name": p.name, "note": p.note, "price": price(p.cents)} for p in PRODUCTS]
        )
        cards = "".join(CARD.substitute(p._asdict(), price=price(p.cents)) for p in PRODUCTS)
        hue = zlib.crc32(settings.version.encode()) % 360
        page = PAGE.substitute(hue=hue, version=html.escape(settings.version), products=cards, count="\0")
        self.page_before, self.page_after = (part.encode() for part in page.split("\0"))
        self.routes: dict[str, dict[str, Callable[[Request], Answer]]] = {
            "/": {"GET": self.page},
            "/api/products": {"GET": lambda _: self.products},
            "/api/cart": {"GET": lambda r: as_json(200, show_cart(read_cart(r.cookie))), "POST": self.add_to_cart},
            "/api/checkout": {"POST": self.check_out},
            "/version": {"GET": lambda _: Answer(200, "text/plain", settings.version.encode() + b"\n")},
        }

    def ready(self, now: float) -> bool:
        return not self.settings.never_ready and not self.leaving and now >= self.ready_at

    def delay(self, request: Request) -> float:
        """Seconds to wait before answering."""
        slow = self.settings.slow_rate and request.path != "/health" and self.dice.random() < self.settings.slow_rate
        return self.settings.slow_ms / 1000 if slow else 0.0

    def fails(self, now: float) -> bool:
        """Whether this request falls to the error rate of the moment."""
        if self.first_request is None:
            self.first_request = now
        rate, later = self.settings.error_rate, self.settings.fails_after
        if later and now - self.first_request >= later["seconds"]:
            rate = max(rate, later["error_rate"])
        return rate > 0 and self.dice.random() < rate

    def answer(self, request: Request, now: float) -> Answer:
        if request.path == "/health":
            state = "ready" if self.ready(now) else "leaving" if self.leaving else "not ready"
            return Answer(200 if state == "ready" else 503, "text/plain", state.encode() + b"\n")
        if not self.leaving and not self.ready(now):
            return problem(503, request.path, "The shop is not open yet.")
        if self.fails(now):
            return problem(500, request.path, "Something broke on our side.")
        methods = self.routes.get(request.path)
        if methods is None:
            return problem(404, request.path, f"There is no {request.path} here.")
        handler = methods.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            allowed = ", ".join(sorted(methods))
            text = f"{request.path} takes {allowed}, not {request.method}."
            return problem(405, request.path, text, f"Allow: {allowed}\r\n")
        return handler(request)

    def page(self, request: Request) -> Answer:
        count = str(sum(read_cart(request.cookie).values())).encode()
        return Answer(200, "text/html; charset=utf-8", self.page_before + count + self.page_after)

    def add_to_cart(self, request: Request) -> Answer:
        try:
            wish = json.loads(request.body)
            sku, quantity = wish["sku"], wish.get("quantity", 1)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return problem(400, request.path, 'The body must be JSON like {"sku": "assam", "quantity": 1}.')
        if not isinstance(sku, str) or sku not in BY_SKU:
            return problem(400, request.path, f"There is no product {sku!r:.80}.")
        if type(quantity) is not int or not 1 <= quantity <= 99:
            return problem(400, request.path, f"The quantity must be 1 to 99, not {quantity!r:.80}.")
        cart = read_cart(request.cookie)
        cart[sku] = min(99, cart.get(sku, 0) + quantity)
        return as_json(200, show_cart(cart), set_cart(cart))

    def check_out(self, request: Request) -> Answer:
        cart = read_cart(request.cookie)
        if not cart:
            return problem(409, request.path, "The cart is empty.")
        self.orders += 1
        return as_json(200, {"order": f"{self.orders:06}", **show_cart(cart)}, set_cart({}))


# --- HTTP/1.1 ------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """A request that can't be read: status and reason. The connection can't go on after it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def take(buffer: bytearray) -> Request | None:
    """Take the first request off the buffer; None when it isn't all there yet. Raises Refused."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0 or end > MAX_HEAD:
        if len(buffer) > MAX_HEAD:
            raise Refused(431, f"A request's head may have {MAX_HEAD} bytes.")
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0") or not parts[1].startswith("/"):
        raise Refused(400, "The first line must be like GET / HTTP/1.1.")
    length, cookie, connection = 0, "", ""
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip()
        if not colon or not name or name != name.strip():
            raise Refused(400, "A header must be like Name: value.")
        if name == "content-length":
            if not re.fullmatch(r"[0-9]{1,12}", value):
                raise Refused(400, "Content-Length must be a number.")
            length = int(value)
        elif name == "transfer-encoding":
            raise Refused(501, "A body must come with a Content-Length.")
        elif name == "cookie":
            cookie = value
        elif name == "connection":
            connection = value.lower()
    if length > MAX_BODY:
        raise Refused(413, f"A body may have {MAX_BODY} bytes.")
    whole = end + 4 + length
    if len(buffer) < whole:
        return None
    body = bytes(buffer[end + 4 : whole])
    del buffer[:whole]
    keep = connection == "keep-alive" if parts[2] == "HTTP/1.0" else connection != "close"
    return Request(parts[0], parts[1].partition("?")[0], cookie, body, keep)


class Connection(asyncio.Protocol):
    """One client. Requests sent ahead wait in the buffer; answers leave in order."""

    transport: asyncio.Transport

    def __init__(self, shop: Shop, loop: asyncio.AbstractEventLoop) -> None:
        self.shop, self.loop = shop, loop
        self.buffer = bytearray()
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.shop.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.shop.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.busy and len(self.buffer) > 2 * (MAX_HEAD + MAX_BODY):
            self.transport.abort()
        self.serve()

    def serve(self) -> None:
        while not self.busy and not self.transport.is_closing():
            try:
                request = take(self.buffer)
            except Refused as error:
                return self.write(problem(error.status, "", str(error)), body=True, keep=False)
            if request is None:
                return None
            delay = self.shop.delay(request)
            if delay:
                self.busy = True
                self.loop.call_later(delay, self.serve_late, request)
            else:
                self.reply(request)
        return None

    def serve_late(self, request: Request) -> None:
        self.busy = False
        if not self.transport.is_closing():
            self.reply(request)
            self.serve()

    def reply(self, request: Request) -> None:
        answer = self.shop.answer(request, self.loop.time())
        self.write(answer, body=request.method != "HEAD", keep=request.keep)

    def write(self, answer: Answer, *, body: bool, keep: bool) -> None:
        keep = keep and not self.shop.leaving
        head = (
            f"HTTP/1.1 {answer.status} {REASONS[answer.status]}\r\nContent-Type: {answer.type}\r\n"
            f"Content-Length: {len(answer.body)}\r\nX-Version: {self.shop.settings.version}\r\n{answer.headers}"
            f"X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n{'' if keep else 'Connection: close'}"
        )
        self.transport.write(head.encode() + (b"\r\n\r\n" if not keep else b"\r\n") + (answer.body if body else b""))
        if not keep:
            self.transport.close()


async def serve(settings: Settings, port: int) -> None:
    """Listen until SIGTERM or SIGINT, then leave as the module says. Raises OSError when the port can't be had."""
    loop = asyncio.get_running_loop()
    told_to_leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_leave.set)
    shop = Shop(settings, port, loop.time())
    server = await loop.create_server(lambda: Connection(shop, loop), "127.0.0.1", port, backlog=1024)
    print(f"shop {settings.version} on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await told_to_leave.wait()
    shop.leaving = True
    await asyncio.sleep(LINGER)
    server.close()
    while shop.connections:
        for connection in list(shop.connections):
            if not connection.busy:
                connection.transport.close()
        await asyncio.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(description="Leaf & Kettle, gonogo's sample service.")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one and prints it")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="like --set version='\"2\"'")
    arguments = parser.parse_args()
    beside = Path(__file__).with_name("shop.json")
    try:
        values = json.loads(beside.read_text()) if beside.exists() else {}
        if not isinstance(values, dict):
            raise ValueError(f"{beside} must hold an object")
        for pair in arguments.set:
            name, _, value = pair.partition("=")
            values[name] = json.loads(value)
        settings = read_settings(values)
    except (ValueError, OSError) as error:
        print(f"shop: {error}", file=sys.stderr)
        return 2
    if settings.exit_at_start:
        print(f"shop {settings.version}: exits at start with {settings.exit_at_start}, as it is set", file=sys.stderr)
        return settings.exit_at_start
    try:
        asyncio.run(serve(settings, arguments.port))
    except OSError as error:
        print(f"shop: can't listen on port {arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
