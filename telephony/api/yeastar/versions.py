"""What differs between the API's versions (contract yeastar B)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    name: str
    #: The parameter that names the extensions of a list of calls.
    extensions: str
    #: The port of reports, if a login does not name one; None: it must.
    default_port: int | None


V1 = Version("1.1.0", extensions="extid", default_port=None)
V2 = Version("2.0.0", extensions="number", default_port=8260)
