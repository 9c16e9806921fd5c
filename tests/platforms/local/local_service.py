"""A small service to release: keep-alive HTTP on the given port. What it does stands in `service.json` beside it.

`GET /` answers the version, `/slow?1.5` does so after so many seconds, `/health` is 200 once ready, `/environment?NAME`
shows a variable, `/exit?3` ends the process."""

import asyncio
import json
import os
import sys

SETTINGS = json.loads(open("service.json").read())  # noqa: PTH123, SIM115
STATUS = {200: "OK", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}


async def answer(path: str) -> tuple[int, str]:
    name, _, argument = path.partition("?")
    if name == "/slow":
        await asyncio.sleep(float(argument))
    if name == "/health":
        return (200, "ready") if SETTINGS.get("ready", True) else (503, "not ready")
    if name == "/environment":
        return 200, os.environ.get(argument, "unset")
    if name == "/exit":
        print("going down as asked", flush=True)
        os._exit(int(argument))
    if name == "/error":
        return 500, "error"
    return 200, SETTINGS["version"]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            status, body = await answer(line.split()[1].decode())
            head = f"HTTP/1.1 {status} {STATUS[status]}\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body.encode())
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()


asyncio.run(main())
