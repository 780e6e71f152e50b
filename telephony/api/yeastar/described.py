"""The examples of the OpenAPI document."""

from __future__ import annotations

NAME = "20240311094512-1710121510.23-2104-2117-Internal.wav"
TOKEN = "9a0c7e5512d84f6fb1e3a2c4d5f60718"  # noqa: S105  (an example)
RANDOM = "c41f0a9d77b24e3390de51c86b2a7f08"
DAY = {
    "extid": "all",
    "starttime": "2024-03-11 00:00:00",
    "endtime": "2024-03-11 23:59:59",
}
TOKENS = {"status": "Success", "token": TOKEN, "refreshtoken": RANDOM}
LOGIN = {
    "username": "crmlink",
    "password": "51e15d802bf3a357a9cd056d2528710a",
    "port": "8260",
    "version": "1.0.2",
}
