"""`python -m tests.hub --root DIR`: print the address of a Hub for tests on one line and serve until killed."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from tests.hub.access import Hub
from tests.hub.faults import Faults
from tests.hub.server import AwayServer, HubServer, RequestLog
from tests.hub.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hub", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder for the repositories and requests.log")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--page-size", type=int, default=1000, help="entries on one page of a tree listing")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="[ORG/NAME=]FAULT", help="see tests/hub/faults.py"
    )
    options = parser.parse_args()
    options.root.mkdir(parents=True, exist_ok=True)
    faults = Faults()
    for given in options.fault:
        faults.add(given)
    hub = Hub(Store(options.root), faults, page_size=options.page_size)
    with (
        HubServer(options.port, hub, RequestLog(options.root / "requests.log")) as server,
        AwayServer(0, hub, RequestLog(options.root / "away.log")) as away,
    ):
        hub.address, hub.away = server.address, away.address
        threading.Thread(target=away.serve_forever, daemon=True).start()
        print(hub.address, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
